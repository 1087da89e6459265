package dev.switchboard.server;

import dev.switchboard.protocol.json.PacketFormatException;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.server.cluster.OnlineUser;
import dev.switchboard.server.cluster.PresenceSettings;
import dev.switchboard.server.cluster.Roster;
import dev.switchboard.server.cluster.Roster.News;
import dev.switchboard.server.cluster.Roster.News.Kind;
import dev.switchboard.server.cluster.RosterMessage;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is online in a namespace, on all nodes: users, not sockets, so that several tabs are one
 * user.
 *
 * <pre>{@code
 * Presence presence = io.main().presence();
 * presence.onJoined(user -> io.local().emit("came", user.id()));
 * presence.onLeft(user -> io.local().emit("left", user.id()));
 * io.onConnection(socket -> presence.enter(socket, socket.handshake().auth(Login.class).name()));
 * }</pre>
 *
 * <p>A socket is one of a user from {@link #enter} until it disconnects. The nodes tell each other
 * over the adapter of the namespace, whichever it is; each has the whole list, and asks nobody to
 * read it. A node that ends says so; one that is killed is noticed by its silence, within {@link
 * PresenceSettings#lease} and half a heartbeat. While the bus is down for longer than that, the
 * users of other nodes count as gone.
 *
 * <p>The handlers are called on every node, on each once a user: to tell clients of it, emit to
 * those of this node ({@link Namespace#local}). They run on the handler executor, one at a time, in
 * the order in which this node learned of it, and may block.
 *
 * <p>Any thread may call any method.
 */
public final class Presence {
  private final Namespace namespace;
  private final Map<String, OnlineUser> online = new ConcurrentHashMap<>();
  private final Handlers<Consumer<OnlineUser>> handlers = new Handlers<>();
  private final Mailbox toHandlers = new Mailbox();
  private final Mailbox toNodes = new Mailbox();

  /** Guarded by itself; so is what is added to the two mailboxes, which keeps its order. */
  private final Roster roster;

  /** Whether the handlers' mailbox was idle when something was added. Guarded by the roster. */
  private boolean handlersDue;

  private volatile @Nullable Future<?> ticking;

  Presence(Namespace namespace, PresenceSettings settings) {
    this.namespace = namespace;
    this.roster = new Roster(namespace.server().newId(), settings, System.nanoTime());
    long period = Roster.period(settings);
    try {
      ticking =
          namespace
              .server()
              .timers()
              .scheduleAtFixedRate(
                  () -> update(now -> roster.tick(now)), 0, period, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException serverClosed) {
      close();
    }
  }

  // ---- who is online ----

  /** Those who are online on all nodes, as this node knows at the moment. A live view. */
  public Collection<OnlineUser> users() {
    return Collections.unmodifiableCollection(online.values());
  }

  /** The user of this id, if online. */
  public Optional<OnlineUser> user(String id) {
    return Optional.ofNullable(online.get(id));
  }

  public boolean isOnline(String id) {
    return online.containsKey(id);
  }

  // ---- who comes and goes ----

  /** See {@link #enter(Socket, String, Object)}; there is nothing more to know of the user. */
  public void enter(Socket socket, String user) {
    enter(socket, user, null);
  }

  /**
   * The socket is one of a user, until it disconnects or {@link #leave leaves}; it is no longer one
   * of another user that it was before. On return this node's list has the user; the other nodes
   * learn of it at once. Does nothing if the socket is disconnected.
   *
   * @param user what the application calls the user; 1 to 255 characters
   * @param data what all nodes shall know of the user, as JSON can hold it: keep it small. Called
   *     again for the same user it replaces what was told before
   * @throws IllegalArgumentException if the socket is of another namespace, or the id is too long
   * @throws IllegalStateException if the socket is not connected yet: call it in {@code
   *     onConnection} or later, not in a middleware
   */
  public void enter(Socket socket, String user, @Nullable Object data) {
    Objects.requireNonNull(user, "user");
    if (socket.namespace() != namespace) {
      throw new IllegalArgumentException(socket + " is not in the namespace " + namespace.name());
    }
    if (!socket.connected()) {
      if (!socket.closed()) {
        throw new IllegalStateException(
            socket + " is not connected yet: call enter in onConnection, not in a middleware");
      }
      return;
    }
    Object tree = namespace.json().toTree(data);
    update(now -> roster.enter(socket, user, tree, Instant.now(), now));
    if (!socket.connected()) {
      leave(socket); // it went meanwhile, before it was known here
    }
  }

  /** The socket is nobody's any more; does nothing if it was nobody's. */
  public void leave(Socket socket) {
    update(now -> roster.leave(socket, now));
  }

  /**
   * Handles that somebody came: is online on some node, and was on none as far as this node knows.
   * The handler is told first of those who are online already.
   */
  public Registration onJoined(Consumer<OnlineUser> handler) {
    Registration registration;
    synchronized (roster) { // between two pieces of news
      online.values().forEach(user -> tell(handler, user));
      registration = handlers.add(Kind.JOINED, handler, false);
    }
    update(now -> {}); // has the handler run
    return registration;
  }

  /** Handles that somebody left: is online on no node any more. */
  public Registration onLeft(Consumer<OnlineUser> handler) {
    return handlers.add(Kind.LEFT, handler, false);
  }

  // ---- for the namespace ----

  /** Another node told something. On the thread of the bus. */
  void receive(Args args) {
    RosterMessage message;
    try {
      message = RosterMessage.read(args);
    } catch (PacketFormatException e) {
      namespace
          .server()
          .notify(
              listener -> listener.onMalformedMessage(namespace, String.valueOf(e.getMessage())));
      return;
    }
    update(now -> roster.receive(message, now));
  }

  /** This node goes. Tells the others, while the adapter is still open. Idempotent. */
  void close() {
    Future<?> due = ticking;
    if (due != null) {
      due.cancel(false);
    }
    synchronized (roster) {
      roster.close();
      online.clear();
    }
    publish();
  }

  /** One step of the roster, and what comes out of it. */
  private void update(Step step) {
    boolean handle;
    boolean publish;
    synchronized (roster) {
      step.run(System.nanoTime());
      roster.takeNews().forEach(this::spread);
      handle = handlersDue;
      handlersDue = false;
      publish = roster.hasOutput() && toNodes.add(Mailbox.task(this::publish));
    }
    if (publish) {
      namespace.server().executor().execute(toNodes);
    }
    if (handle) {
      namespace.server().executor().execute(toHandlers);
    }
  }

  private void spread(News news) {
    OnlineUser user = news.user();
    switch (news.kind()) {
      case JOINED, UPDATED -> online.put(user.id(), user);
      case LEFT -> online.remove(user.id());
    }
    handlers.forEach(news.kind(), handler -> tell(handler, user));
  }

  private void tell(Consumer<OnlineUser> handler, OnlineUser user) {
    handlersDue |= toHandlers.add(Mailbox.task(() -> call(handler, user)));
  }

  private void call(Consumer<OnlineUser> handler, OnlineUser user) {
    try {
      handler.accept(user);
    } catch (Throwable e) {
      namespace.server().handlerFailed(null, "presence", e);
    }
  }

  /** One thread at a time, so that the others hear it in order. */
  private void publish() {
    List<RosterMessage> output;
    synchronized (roster) {
      output = roster.takeOutput();
    }
    for (RosterMessage message : output) {
      namespace.cluster().serverSideEmit(RosterMessage.EVENT, message.toArgs());
    }
  }

  /** Changes the roster, at a time in {@code System.nanoTime()}. */
  private interface Step {
    void run(long now);
  }
}
