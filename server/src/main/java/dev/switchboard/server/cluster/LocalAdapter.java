package dev.switchboard.server.cluster;

import dev.switchboard.protocol.cluster.Adapter;
import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.protocol.cluster.ClusterMessage;
import dev.switchboard.protocol.cluster.ClusterReply;
import dev.switchboard.protocol.cluster.RecoveryStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The adapter of a server that is alone: there is nobody to tell, but with recovery on there is a
 * log to keep.
 */
public final class LocalAdapter implements Adapter {
  private static final CompletionStage<String> NO_OFFSET = CompletableFuture.completedFuture("");

  private final @Nullable RecoveryLog log;

  private LocalAdapter(@Nullable RecoveryLog log) {
    this.log = log;
  }

  /** Without recovery. */
  public static AdapterFactory factory() {
    return context -> new LocalAdapter(null);
  }

  /** With a log in memory, one a namespace. */
  public static AdapterFactory factory(RecoverySettings settings) {
    return context -> new LocalAdapter(new RecoveryLog(settings));
  }

  @Override
  public CompletionStage<String> publish(ClusterMessage message) {
    if (log != null
        && message instanceof ClusterMessage.Broadcast broadcast
        && broadcast.requestId() == null
        && !broadcast.options().isVolatile()) {
      return CompletableFuture.completedFuture(log.append(broadcast));
    }
    return NO_OFFSET;
  }

  @Override
  public CompletionStage<Void> reply(String serverId, ClusterReply reply) {
    return CompletableFuture.failedFuture(new IllegalStateException("there is no other server"));
  }

  @Override
  public CompletionStage<Integer> serverCount() {
    return CompletableFuture.completedFuture(1);
  }

  @Override
  public Optional<RecoveryStore> recovery() {
    return Optional.ofNullable(log);
  }

  @Override
  public void close() {
    if (log != null) {
      log.clear();
    }
  }
}
