package dev.switchboard.server;

import dev.switchboard.protocol.cluster.AdapterFactory;
import dev.switchboard.server.cluster.WarningThrottle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces of one server: those that were declared, and those that clients ask for and a
 * parent allows. Any thread.
 */
final class Namespaces {
  private static final Logger log = LoggerFactory.getLogger(Namespaces.class);
  private static final CompletionStage<Optional<Namespace>> ABSENT =
      CompletableFuture.completedFuture(Optional.empty());

  private final SocketIoServer server;
  private final AdapterFactory adapters;
  private final boolean cleanup;
  private final int maxDynamic;
  private final Map<String, Namespace> namespaces = new ConcurrentHashMap<>();
  private final Map<Namespace, ParentNamespace> parents = new ConcurrentHashMap<>();
  private final List<ParentNamespace> dynamic = new CopyOnWriteArrayList<>();
  private final AtomicInteger dynamicCount = new AtomicInteger();
  private final WarningThrottle warnings = new WarningThrottle();

  /**
   * @param cleanup whether dynamic namespaces go when they are empty
   */
  Namespaces(SocketIoServer server, AdapterFactory adapters, boolean cleanup) {
    this.server = server;
    this.adapters = adapters;
    this.cleanup = cleanup;
    this.maxDynamic = server.limits().dynamicNamespaces();
  }

  /** The namespace of that name, created if need be; from now on it stays. */
  Namespace declare(String name) {
    String full = name.startsWith("/") ? name : "/" + name;
    while (true) {
      Namespace namespace = namespaces.get(full);
      if (namespace == null) {
        namespace = create(full);
      }
      if (namespace.keep()) {
        return namespace;
      }
      remove(namespace);
    }
  }

  /**
   * @param pattern what the predicate looks for, if it is just that
   */
  ParentNamespace declare(NamespacePredicate predicate, @Nullable Pattern pattern) {
    var parent = new ParentNamespace(predicate, pattern);
    dynamic.add(parent);
    return parent;
  }

  Collection<Namespace> all() {
    return new ArrayList<>(namespaces.values());
  }

  /**
   * The namespace that a client asks for, with a place taken in it ({@link Namespace#occupy}): the
   * caller must see that it is released. The parents are asked in the order of their registration.
   */
  CompletionStage<Optional<Namespace>> enter(String name, Map<String, @Nullable Object> auth) {
    Namespace known = namespaces.get(name);
    if (known != null && known.occupy()) {
      return ready(known);
    }
    return dynamic.isEmpty() ? ABSENT : ask(dynamic.iterator(), name, auth);
  }

  private static CompletionStage<Optional<Namespace>> ready(Namespace occupied) {
    CompletableFuture<Namespace> ready = occupied.ready();
    return ready.isDone()
        ? CompletableFuture.completedFuture(Optional.of(occupied))
        : ready.thenApply(Optional::of);
  }

  private CompletionStage<Optional<Namespace>> ask(
      Iterator<ParentNamespace> left, String name, Map<String, @Nullable Object> auth) {
    if (!left.hasNext()) {
      return ABSENT;
    }
    ParentNamespace parent = left.next();
    return allowed(parent, name, auth)
        .handle((allowed, failure) -> failure == null && Boolean.TRUE.equals(allowed))
        .thenCompose(allowed -> allowed ? enterChild(name, parent) : ask(left, name, auth));
  }

  private CompletionStage<Boolean> allowed(
      ParentNamespace parent, String name, Map<String, @Nullable Object> auth) {
    try {
      return Objects.requireNonNull(
          parent.predicate().test(name, auth), "a namespace predicate returned null");
    } catch (RuntimeException e) {
      server.handlerFailed(null, "namespace predicate", e);
      return CompletableFuture.completedFuture(false);
    }
  }

  private CompletionStage<Optional<Namespace>> enterChild(String name, ParentNamespace parent) {
    while (true) {
      Namespace namespace;
      try {
        namespace = create(name, parent, true);
      } catch (RuntimeException e) {
        server.handlerFailed(null, "namespace " + name, e); // its adapter could not be made
        return ABSENT;
      }
      if (namespace == null) {
        if (warnings.permits()) {
          log.warn(
              "a client asked for one more than {} dynamic namespaces; raise"
                  + " LimitSettings.dynamicNamespaces",
              maxDynamic);
        }
        return ABSENT;
      }
      if (namespace.occupy()) {
        return ready(namespace);
      }
      remove(namespace); // as another thread is about to
    }
  }

  private Namespace create(String name) {
    for (ParentNamespace parent : dynamic) {
      if (parent.matches(name)) {
        Namespace child = create(name, parent, false);
        if (child != null) {
          return child;
        }
      }
    }
    var created = new Namespace[1];
    Namespace namespace =
        namespaces.computeIfAbsent(
            name,
            absent -> {
              created[0] = new Namespace(absent, server, adapters, false);
              return created[0];
            });
    if (created[0] != null) {
      opened(namespace);
    }
    return namespace;
  }

  /**
   * The child of that name.
   *
   * @param forClient whether it counts, and may go when it is empty
   * @return null if there are too many
   */
  private @Nullable Namespace create(String name, ParentNamespace parent, boolean forClient) {
    var created = new Namespace[1];
    Namespace namespace =
        namespaces.computeIfAbsent(
            name,
            absent -> {
              if (forClient && dynamicCount.incrementAndGet() > maxDynamic) {
                dynamicCount.decrementAndGet();
                return null;
              }
              try {
                created[0] = new Namespace(absent, server, adapters, forClient && cleanup);
              } finally {
                if (forClient && created[0] == null) {
                  dynamicCount.decrementAndGet();
                }
              }
              parents.put(created[0], parent);
              parent.adopt(created[0]);
              return created[0];
            });
    if (created[0] != null) {
      parent.created(created[0]);
      opened(created[0]);
    }
    return namespace;
  }

  private void opened(Namespace namespace) {
    server.notify(listener -> listener.onNamespaceCreated(namespace));
    namespace.ready().complete(namespace);
  }

  /** A dynamic namespace is empty, and takes nobody any more. */
  void remove(Namespace namespace) {
    if (namespaces.remove(namespace.name(), namespace)) {
      dynamicCount.decrementAndGet();
      ParentNamespace parent = parents.remove(namespace);
      if (parent != null) {
        parent.forget(namespace);
      }
      server.notify(listener -> listener.onNamespaceRemoved(namespace));
    }
  }
}
