package dev.switchboard.server;

import dev.switchboard.protocol.Event;
import dev.switchboard.protocol.cluster.BroadcastOptions;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.cluster.Replies;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Namespaces that are created when a client asks for them: those whose name a pattern or a
 * predicate accepts. Each gets the middlewares and handlers that are registered here at that
 * moment, and goes again when its last socket has gone.
 *
 * <p>Any thread.
 */
public final class ParentNamespace {
  private final NamespacePredicate predicate;
  private final @Nullable Pattern pattern;
  private final List<Middleware> middlewares = new CopyOnWriteArrayList<>();
  private final List<Consumer<Socket>> connectionHandlers = new CopyOnWriteArrayList<>();
  private final List<Consumer<Namespace>> createdHandlers = new CopyOnWriteArrayList<>();
  private final Set<Namespace> children = ConcurrentHashMap.newKeySet();
  private final Audience audience = new Children();

  /**
   * @param pattern what the predicate looks for, if it is just that
   */
  ParentNamespace(NamespacePredicate predicate, @Nullable Pattern pattern) {
    this.predicate = predicate;
    this.pattern = pattern;
  }

  /** Adds a middleware to the namespaces that are created from now on. */
  public ParentNamespace use(Middleware middleware) {
    middlewares.add(middleware);
    return this;
  }

  /** Adds a handler for each socket of the namespaces that are created from now on. */
  public ParentNamespace onConnection(Consumer<Socket> handler) {
    connectionHandlers.add(handler);
    return this;
  }

  /**
   * Adds a handler for each namespace that is created from now on; it runs before the first socket
   * connects, on an event loop, or on the thread that calls {@link SocketIoServer#of(String)}.
   */
  public ParentNamespace onCreated(Consumer<Namespace> handler) {
    createdHandlers.add(handler);
    return this;
  }

  /** The namespaces that there are at the moment. A live view. */
  public Collection<Namespace> children() {
    return Collections.unmodifiableCollection(children);
  }

  /** The sockets of all these namespaces that are in these rooms. */
  public Target to(String... rooms) {
    return all().to(rooms);
  }

  /** The sockets of all these namespaces that are not in these rooms. */
  public Target except(String... rooms) {
    return all().except(rooms);
  }

  /** The sockets of all these namespaces. */
  public Target all() {
    return new Target(audience, BroadcastOptions.ALL);
  }

  /** Sends an event to the sockets of all these namespaces. */
  public void emit(String event, @Nullable Object... args) {
    all().emit(event, args);
  }

  /** Sends an event to the sockets of all these namespaces. */
  public <T> void emit(Event<T> event, T arg) {
    all().emit(event, arg);
  }

  NamespacePredicate predicate() {
    return predicate;
  }

  /** Whether a namespace that the application itself asks for is one of these. */
  boolean matches(String name) {
    return pattern != null && pattern.matcher(name).find();
  }

  void adopt(Namespace child) {
    middlewares.forEach(child::use);
    connectionHandlers.forEach(child::onConnection);
    children.add(child);
  }

  void created(Namespace child) {
    for (Consumer<Namespace> handler : createdHandlers) {
      try {
        handler.accept(child);
      } catch (Throwable e) {
        child.server().handlerFailed(null, "namespace " + child.name(), e);
      }
    }
  }

  void forget(Namespace child) {
    children.remove(child);
  }

  /** Speaks to each child. */
  private final class Children implements Audience {
    @Override
    public void broadcast(String event, Args args, BroadcastOptions options) {
      Namespace.checkEventName(event);
      children.forEach(child -> child.audience().broadcast(event, args, options));
    }

    @Override
    public <R> CompletableFuture<Replies<R>> broadcastWithAck(
        String event, Args args, BroadcastOptions options, Type replyType) {
      CompletableFuture<Replies<R>> all =
          CompletableFuture.completedFuture(new Replies<>(List.of(), 0, true));
      for (Namespace child : children) {
        all =
            all.thenCombine(
                child.audience().<R>broadcastWithAck(event, args, options, replyType),
                Children::sum);
      }
      return all;
    }

    private static <R> Replies<R> sum(Replies<R> some, Replies<R> more) {
      List<R> values = new ArrayList<>(some.values());
      values.addAll(more.values());
      return new Replies<>(
          Collections.unmodifiableList(values),
          some.expected() + more.expected(),
          some.complete() && more.complete());
    }

    @Override
    public CompletableFuture<List<RemoteSocket>> fetchSockets(BroadcastOptions options) {
      CompletableFuture<List<RemoteSocket>> all = CompletableFuture.completedFuture(List.of());
      for (Namespace child : children) {
        all =
            all.thenCombine(
                child.audience().fetchSockets(options),
                (some, more) -> {
                  List<RemoteSocket> both = new ArrayList<>(some);
                  both.addAll(more);
                  return both;
                });
      }
      return all;
    }

    @Override
    public void socketsJoin(BroadcastOptions options, List<String> rooms) {
      children.forEach(child -> child.audience().socketsJoin(options, rooms));
    }

    @Override
    public void socketsLeave(BroadcastOptions options, List<String> rooms) {
      children.forEach(child -> child.audience().socketsLeave(options, rooms));
    }

    @Override
    public void disconnectSockets(BroadcastOptions options, boolean close) {
      children.forEach(child -> child.audience().disconnectSockets(options, close));
    }
  }
}
