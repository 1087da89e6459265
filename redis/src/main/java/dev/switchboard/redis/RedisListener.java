package dev.switchboard.redis;

/**
 * Is told how the connections to Redis fare, once a change and not once a try. All methods do
 * nothing by default.
 *
 * <p>Called by Redis's I/O threads, one call at a time for one connection: return soon and do not
 * block. What is thrown is logged.
 */
public interface RedisListener {
  /** Hears nothing. */
  RedisListener NONE = new RedisListener() {};

  /**
   * A connection is there for the first time.
   *
   * @param connection what it is for ({@code commands}, {@code subscriber}, ...); on a Redis
   *     Cluster the node's address
   */
  default void connected(String connection) {}

  /** A connection was lost. It is being opened anew, with back-off. */
  default void disconnected(String connection) {}

  /** A connection that was lost is back. */
  default void reconnected(String connection) {}

  /**
   * Something failed, after all had gone well so far: a command was refused or not answered in
   * time, or Redis cannot be reached. Further failures are not told until something goes well
   * again.
   */
  default void failed(Throwable cause) {}

  /** What failed before goes well again. */
  default void recovered() {}
}
