package dev.switchboard.redis;

/**
 * Which rooms have a channel of their own, that only nodes with a socket in the room subscribe to.
 * All nodes must agree.
 */
public enum SubscriptionMode {
  /** None: every node reads everything. The reference's {@code static}. */
  STATIC("static"),

  /**
   * All but those that sockets have for themselves, which are known by the length of their names:
   * 20 characters. The reference's {@code dynamic}, its default.
   */
  DYNAMIC("dynamic"),

  /** All, those of the sockets too. The reference's {@code dynamic-private}. */
  DYNAMIC_PRIVATE("dynamic-private");

  /** How long the ids of sockets are, unless an application makes its own. */
  private static final int USUAL_ID_LENGTH = 20;

  private final String referenceName;

  SubscriptionMode(String referenceName) {
    this.referenceName = referenceName;
  }

  /**
   * The mode by the reference's name for it.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SubscriptionMode of(String referenceName) {
    for (SubscriptionMode mode : values()) {
      if (mode.referenceName.equals(referenceName)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "subscriptionMode must be static, dynamic or dynamic-private, not " + referenceName);
  }

  /** Whether a room has a channel of its own: who publishes and who subscribes must agree. */
  boolean hasChannel(String room) {
    return switch (this) {
      case STATIC -> false;
      // the reference's publishers go by the length alone, so that this goes for public rooms of
      // that length too, and ids of another length are subscribed to
      case DYNAMIC -> room.length() != USUAL_ID_LENGTH;
      case DYNAMIC_PRIVATE -> true;
    };
  }

  @Override
  public String toString() {
    return referenceName;
  }
}
