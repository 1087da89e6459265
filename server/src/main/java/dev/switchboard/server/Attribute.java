package dev.switchboard.server;

/**
 * The key of something that the application keeps with a socket, on this node only: {@code static
 * final Attribute<User> USER = Attribute.of("user");}. What other nodes should see belongs in
 * {@link Socket#data()}.
 *
 * @param <T> the type of the value
 */
public final class Attribute<T> {
  private final String name;

  private Attribute(String name) {
    this.name = name;
  }

  /** A new key, different from all others. */
  public static <T> Attribute<T> of(String name) {
    return new Attribute<>(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
