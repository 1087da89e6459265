package dev.switchboard.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Where Redis is, and how it is talked to: one server, one behind Sentinels, or a Redis Cluster.
 * Either over a client of the application, which is used and never closed, or over one of our own,
 * which is closed with what was made of this.
 *
 * <p>An immutable value; nothing connects before an adapter or an emitter is made of it.
 */
public final class Redis {
  private final Place place;
  private final RedisSettings settings;

  private Redis(Place place, RedisSettings settings) {
    this.place = place;
    this.settings = settings;
  }

  /** How a client is come by. */
  sealed interface Place {
    /** A client of the application. */
    record HandedIn(LettuceClient client) implements Place {}

    /** A server, or the one that Sentinels name. */
    record Server(RedisURI uri) implements Place {}

    /** A Redis Cluster, and some of its nodes. */
    record Cluster(List<RedisURI> nodes) implements Place {}
  }

  /** Over the application's client. */
  public static Redis of(RedisClient client) {
    Objects.requireNonNull(client, "client");
    return of(new Place.HandedIn(new LettuceClient.Single(client, null)));
  }

  /**
   * Over the application's client for a Redis Cluster. If nodes of the reference are in the
   * cluster, let its {@code nodeFilter} admit masters only, as our own client's does: the reference
   * looks for subscribers on masters alone, and would not wait for a node of ours that is connected
   * to a replica.
   */
  public static Redis of(RedisClusterClient client) {
    Objects.requireNonNull(client, "client");
    return of(new Place.HandedIn(new LettuceClient.Cluster(client, null)));
  }

  /**
   * Over a client of our own.
   *
   * @param uri {@code redis://user:password@host:port/database}, {@code rediss:} for TLS, or {@code
   *     redis-sentinel://password@sentinel1:26379,sentinel2:26379/database#master}
   * @throws IllegalArgumentException if it is none of these
   */
  public static Redis at(String uri) {
    return at(RedisURI.create(uri));
  }

  /** Over a client of our own; {@link RedisURI#builder()} takes all the parts one by one. */
  public static Redis at(RedisURI uri) {
    return of(new Place.Server(Objects.requireNonNull(uri, "uri")));
  }

  /**
   * A Redis Cluster, over a client of our own.
   *
   * @param nodes some of its nodes, in the form that {@link #at(String)} takes; the others are
   *     found
   */
  public static Redis cluster(String... nodes) {
    return cluster(List.of(nodes).stream().map(RedisURI::create).toList());
  }

  /** A Redis Cluster, over a client of our own. */
  public static Redis cluster(Collection<RedisURI> nodes) {
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("name at least one node of the Redis Cluster");
    }
    return of(new Place.Cluster(List.copyOf(nodes)));
  }

  private static Redis of(Place place) {
    return new Redis(place, RedisSettings.DEFAULT);
  }

  /**
   * The same Redis, talked to in another way: {@code with(s -> s.commandTimeout(ofSeconds(1)))}.
   */
  public Redis with(UnaryOperator<RedisSettings> change) {
    return new Redis(place, Objects.requireNonNull(change.apply(settings), "settings"));
  }

  Place place() {
    return place;
  }

  RedisSettings settings() {
    return settings;
  }
}
