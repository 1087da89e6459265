package dev.switchboard.server;

import dev.switchboard.protocol.cluster.AdapterFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
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

  /**
   * @param cleanup whether dynamic namespaces go when they are empty
   */
  Namespaces(SocketIoServer server, AdapterFactory adapters, boolean cleanup) {
    this.server = server;
    this.adapters = adapters;
    this.cleanup = cleanup;
    this.maxDynamic = server.limits().dynamicNamespaces();
  }

  /** The namespace of that name, created if need be. */
  Namespace declare(String name) {
    String full = name.startsWith("/") ? name : "/" + name;
    var created = new Namespace[1];
    Namespace namespace =
        namespaces.computeIfAbsent(
            full,
            absent -> {
              created[0] = new Namespace(absent, server, adapters, false);
              return created[0];
            });
    if (created[0] != null) {
      server.notify(listener -> listener.onNamespaceCreated(namespace));
    }
    return namespace;
  }

  ParentNamespace declare(NamespacePredicate predicate) {
    var parent = new ParentNamespace(predicate);
    dynamic.add(parent);
    return parent;
  }

  Collection<Namespace> all() {
    return new ArrayList<>(namespaces.values());
  }

  /**
   * The namespace that a client asks for; the parents are asked in the order of their registration.
   */
  CompletionStage<Optional<Namespace>> find(String name, Map<String, @Nullable Object> auth) {
    Namespace known = namespaces.get(name);
    if (known != null) {
      return CompletableFuture.completedFuture(Optional.of(known));
    }
    return dynamic.isEmpty() ? ABSENT : ask(dynamic.iterator(), name, auth);
  }

  private CompletionStage<Optional<Namespace>> ask(
      Iterator<ParentNamespace> left, String name, Map<String, @Nullable Object> auth) {
    if (!left.hasNext()) {
      return ABSENT;
    }
    ParentNamespace parent = left.next();
    return allowed(parent, name, auth)
        .exceptionally(failure -> false)
        .thenCompose(
            allowed ->
                allowed
                    ? CompletableFuture.completedFuture(create(name, parent))
                    : ask(left, name, auth));
  }

  private CompletionStage<Boolean> allowed(
      ParentNamespace parent, String name, Map<String, @Nullable Object> auth) {
    try {
      return parent.predicate().test(name, auth);
    } catch (RuntimeException e) {
      server.handlerFailed(null, "namespace predicate", e);
      return CompletableFuture.completedFuture(false);
    }
  }

  private Optional<Namespace> create(String name, ParentNamespace parent) {
    var created = new Namespace[1];
    Namespace namespace =
        namespaces.computeIfAbsent(
            name,
            absent -> {
              if (dynamicCount.incrementAndGet() > maxDynamic) {
                dynamicCount.decrementAndGet();
                return null;
              }
              created[0] = new Namespace(absent, server, adapters, cleanup);
              parents.put(created[0], parent);
              parent.adopt(created[0]);
              return created[0];
            });
    if (namespace == null) {
      log.warn(
          "a client asked for {}, but there are {} dynamic namespaces already; raise"
              + " LimitSettings.dynamicNamespaces",
          name,
          maxDynamic);
      return Optional.empty();
    }
    if (created[0] != null) {
      parent.created(namespace);
      server.notify(listener -> listener.onNamespaceCreated(namespace));
    }
    return Optional.of(namespace);
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
