package dev.switchboard.server.cluster;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is online on all nodes, as far as this node knows: a state machine without threads, timers or
 * a bus. Not safe for several threads; whoever owns it calls it under one lock, takes the {@link
 * #takeNews news} under the same lock, and publishes the {@link #takeOutput output} in order.
 *
 * <p>Each node tells of its own users and nobody else's. It counts what it tells; a node that hears
 * a number that does not follow has missed something and asks for everything. So whatever gets
 * lost, by an outage of the bus or a late subscription, is made good with the teller's next
 * heartbeat. A node that is silent for a lease is dropped with its users. Times are those of {@code
 * System.nanoTime()}.
 */
public final class Roster {
  /** How many users one message tells of. */
  static final int PAGE = 500;

  private static final int MAX_NODES = 1_000;
  private static final int MAX_REMOTE_USERS = 1_000_000;
  private static final long UNKNOWN = -1;
  private static final Logger log = LoggerFactory.getLogger(Roster.class);

  private final String self;
  private final PresenceSettings settings;
  private final WarningThrottle warnings = new WarningThrottle();

  /** The connections of this node, and the user of each. */
  private final Map<Object, String> connections = new HashMap<>();

  private final Map<String, Own> own = new LinkedHashMap<>();
  private final Map<String, Peer> peers = new HashMap<>();
  private final Map<String, Entry> entries = new HashMap<>();

  /** Who is on no node any more, and until when that is kept quiet; in the order of the times. */
  private final Map<String, Long> leaving = new LinkedHashMap<>();

  private final List<News> news = new ArrayList<>();

  /** The own users of whom the others have to be told. */
  private final Set<String> changed = new LinkedHashSet<>();

  private long seq;
  private long lastBeat;
  private long lastTick;
  private long remoteUsers;

  /** The second is for nodes that could not be heard yet when they answered the first. */
  private int questionsOfTheStart = 2;

  private boolean beatDue;
  private boolean askDue;
  private boolean stateDue;
  private boolean byeDue;
  private boolean closed;

  /** What happened to a user, as the application sees it. */
  public record News(Kind kind, OnlineUser user) {
    public enum Kind {
      JOINED,
      /** Nothing to tell of, but {@link OnlineUser} says something else now. */
      UPDATED,
      LEFT
    }
  }

  /** A user of this node. */
  private static final class Own {
    OnlineUser user;
    int connections;

    Own(OnlineUser user) {
      this.user = user;
    }
  }

  /** Another node. */
  private static final class Peer {
    long seq = UNKNOWN;
    long heard;
    long asked;
    Map<String, OnlineUser> users = new HashMap<>();
    @Nullable Map<String, OnlineUser> pages;
    int nextPage;
  }

  /** A user with the nodes that tell of it. */
  private static final class Entry {
    final Map<String, OnlineUser> byNode = new TreeMap<>();
    OnlineUser shown;

    Entry(OnlineUser shown) {
      this.shown = shown;
    }

    /** All nodes come to the same result. */
    OnlineUser longest() {
      OnlineUser longest = shown;
      boolean first = true;
      for (OnlineUser user : byNode.values()) {
        if (first || user.since().isBefore(longest.since())) {
          longest = user;
          first = false;
        }
      }
      return longest;
    }
  }

  /**
   * @param self what this node calls itself: unique, and new each time
   */
  public Roster(String self, PresenceSettings settings, long now) {
    this.self = self;
    this.settings = settings;
    this.lastBeat = now;
    this.lastTick = now;
  }

  // ---- this node's users ----

  /**
   * A connection of this node is one of a user, from now on.
   *
   * @param connection stands for the connection; compared with {@code equals}
   * @param data a tree
   */
  public void enter(Object connection, String id, @Nullable Object data, Instant since, long now) {
    if (closed) {
      return;
    }
    var user = new OnlineUser(id, data, since);
    String before = connections.put(connection, id);
    boolean another = !id.equals(before);
    if (before != null && another) {
      release(before, now);
    }
    Own known = own.get(id);
    if (known == null) {
      known = new Own(user);
      own.put(id, known);
      tell(user);
    } else if (!Objects.equals(known.user.data(), data)) {
      known.user = new OnlineUser(id, data, known.user.since());
      tell(known.user);
    }
    if (another) {
      known.connections++;
    }
  }

  private void tell(OnlineUser user) {
    changed.add(user.id());
    put(self, user);
  }

  /** A connection of this node is gone, or nobody's any more. */
  public void leave(Object connection, long now) {
    String id = connections.remove(connection);
    if (id != null) {
      release(id, now);
    }
  }

  private void release(String id, long now) {
    Own known = own.get(id);
    if (known != null && --known.connections == 0) {
      own.remove(id);
      changed.add(id);
      remove(self, id, now);
    }
  }

  // ---- what the others tell ----

  /** Another node told something. */
  public void receive(RosterMessage message, long now) {
    String node = message.node();
    if (closed || node.equals(self)) {
      return;
    }
    if (message instanceof RosterMessage.Bye) {
      drop(node, now);
      return;
    }
    Peer peer = peer(node, now);
    if (peer == null) {
      return;
    }
    peer.heard = now;
    if (message instanceof RosterMessage.Changes changes) {
      apply(node, peer, changes, now);
    } else if (message instanceof RosterMessage.State state) {
      apply(node, peer, state, now);
    } else if (message instanceof RosterMessage.Beat beat) {
      compare(peer, beat.seq(), now);
    } else if (message instanceof RosterMessage.Ask ask) {
      if (ask.known().getOrDefault(self, UNKNOWN) != seq) {
        stateDue = true;
      }
      compare(peer, ask.seq(), now);
    }
  }

  private @Nullable Peer peer(String node, long now) {
    Peer peer = peers.get(node);
    if (peer == null) {
      if (peers.size() >= MAX_NODES) {
        warn("more than " + MAX_NODES + " nodes tell of their users; the rest is ignored");
        return null;
      }
      peer = new Peer();
      peer.asked = now - settings.heartbeat().toNanos();
      peers.put(node, peer);
    }
    return peer;
  }

  private void apply(String node, Peer peer, RosterMessage.Changes changes, long now) {
    if (peer.seq == UNKNOWN || changes.seq() > peer.seq + 1) {
      ask(peer, now);
    } else if (changes.seq() == peer.seq + 1) {
      peer.seq = changes.seq();
      changes.gone().forEach(id -> remove(node, peer, id, now));
      changes.came().forEach(user -> put(node, peer, user));
    }
  }

  /** Takes the pages as they come; what was missing or is too much is known with the last one. */
  private void apply(String node, Peer peer, RosterMessage.State state, long now) {
    if (state.seq() <= peer.seq) {
      return;
    }
    if (state.page() == 0) {
      peer.pages = new HashMap<>();
      peer.nextPage = 0;
    }
    Map<String, OnlineUser> pages = peer.pages;
    if (pages == null || state.page() != peer.nextPage) {
      peer.pages = null; // the next heartbeat shows that we do not know it all
      return;
    }
    peer.nextPage++;
    if (pages.size() + remoteUsers <= MAX_REMOTE_USERS) {
      state.users().forEach(user -> pages.put(user.id(), user));
    }
    if (state.last()) {
      peer.pages = null;
      peer.seq = state.seq();
      for (String id : List.copyOf(peer.users.keySet())) {
        if (!pages.containsKey(id)) {
          remove(node, peer, id, now);
        }
      }
      pages.values().forEach(user -> put(node, peer, user));
    }
  }

  private void compare(Peer peer, long theirs, long now) {
    if (peer.seq == UNKNOWN && theirs == 0) {
      peer.seq = 0; // it has never had a user
    } else if (peer.seq != theirs) {
      ask(peer, now);
    }
  }

  /** One question at a time reaches all nodes; those that need not answer it do not. */
  private void ask(Peer peer, long now) {
    if (now - peer.asked >= settings.heartbeat().toNanos() / 2) {
      peer.asked = now;
      peer.seq = UNKNOWN;
      askDue = true;
    }
  }

  private void put(String node, Peer peer, OnlineUser user) {
    if (!peer.users.containsKey(user.id())) {
      if (remoteUsers >= MAX_REMOTE_USERS) {
        warn("more than " + MAX_REMOTE_USERS + " users on other nodes; the rest is not listed");
        return;
      }
      remoteUsers++;
    }
    peer.users.put(user.id(), user);
    put(node, user);
  }

  private void remove(String node, Peer peer, String id, long now) {
    if (peer.users.remove(id) != null) {
      remoteUsers--;
      remove(node, id, now);
    }
  }

  private void drop(String node, long now) {
    Peer peer = peers.remove(node);
    if (peer != null) {
      List.copyOf(peer.users.keySet()).forEach(id -> remove(node, peer, id, now));
    }
  }

  // ---- all users ----

  private void put(String node, OnlineUser user) {
    Entry entry = entries.get(user.id());
    if (entry == null) {
      entry = new Entry(user);
      entry.byNode.put(node, user);
      entries.put(user.id(), entry);
      news.add(new News(News.Kind.JOINED, user));
    } else {
      entry.byNode.put(node, user);
      leaving.remove(user.id());
      show(entry);
    }
  }

  private void remove(String node, String id, long now) {
    Entry entry = entries.get(id);
    if (entry == null || entry.byNode.remove(node) == null) {
      return;
    }
    if (!entry.byNode.isEmpty()) {
      show(entry);
    } else if (settings.grace().isZero()) {
      forget(id);
    } else {
      leaving.put(id, now + settings.grace().toNanos());
    }
  }

  private void show(Entry entry) {
    OnlineUser longest = entry.longest();
    if (!longest.equals(entry.shown)) {
      entry.shown = longest;
      news.add(new News(News.Kind.UPDATED, longest));
    }
  }

  private void forget(String id) {
    Entry entry = entries.remove(id);
    if (entry != null) {
      news.add(new News(News.Kind.LEFT, entry.shown));
    }
  }

  // ---- time ----

  /** To be called every {@link #period}. */
  public void tick(long now) {
    if (closed) {
      return;
    }
    if (now - lastTick > settings.heartbeat().toNanos() * 2) {
      // it is this node that was asleep: what the others said meanwhile is still to be read
      peers.values().forEach(peer -> peer.heard = now);
    }
    lastTick = now;
    long lease = settings.lease().toNanos();
    for (Map.Entry<String, Peer> peer : List.copyOf(peers.entrySet())) {
      if (now - peer.getValue().heard > lease) {
        drop(peer.getKey(), now);
      }
    }
    Iterator<Map.Entry<String, Long>> first = leaving.entrySet().iterator();
    while (first.hasNext()) {
      Map.Entry<String, Long> next = first.next();
      if (next.getValue() - now > 0) {
        break;
      }
      first.remove();
      forget(next.getKey());
    }
    if (questionsOfTheStart > 0) {
      questionsOfTheStart--;
      askDue = true;
    }
    if (now - lastBeat >= settings.heartbeat().toNanos()) {
      lastBeat = now;
      beatDue = true;
    }
  }

  /** How often {@link #tick} is wanted, in nanoseconds. */
  public static long period(PresenceSettings settings) {
    long half = settings.heartbeat().toNanos() / 2;
    long grace = settings.grace().toNanos() / 2;
    return Math.max(1_000_000, grace == 0 ? half : Math.min(half, grace));
  }

  /** This node goes: it tells so, and listens no more. */
  public void close() {
    if (!closed) {
      closed = true;
      byeDue = true;
      news.clear();
      connections.clear();
      own.clear();
      peers.clear();
      entries.clear();
      leaving.clear();
      changed.clear();
    }
  }

  // ---- what comes out ----

  /** What the application is to be told, in order; once. */
  public List<News> takeNews() {
    List<News> taken = List.copyOf(news);
    news.clear();
    return taken;
  }

  /** Whether there is something to publish. */
  public boolean hasOutput() {
    boolean any = askDue || stateDue || beatDue || !changed.isEmpty();
    return byeDue || (any && !closed);
  }

  /** What is to be published, in order; once. */
  public List<RosterMessage> takeOutput() {
    List<RosterMessage> output = new ArrayList<>();
    if (byeDue) {
      output.add(new RosterMessage.Bye(self));
    } else if (!closed) {
      if (stateDue) {
        addState(output);
      } else {
        addChanges(output);
      }
      if (askDue) {
        output.add(new RosterMessage.Ask(self, seq, known()));
      } else if (beatDue) {
        output.add(new RosterMessage.Beat(self, seq));
      }
    }
    byeDue = false;
    stateDue = false;
    askDue = false;
    beatDue = false;
    return output;
  }

  private void addState(List<RosterMessage> output) {
    if (!changed.isEmpty()) {
      seq++;
      changed.clear();
    }
    List<OnlineUser> users = own.values().stream().map(one -> one.user).toList();
    int page = 0;
    int from = 0;
    do {
      int to = Math.min(users.size(), from + PAGE);
      output.add(
          new RosterMessage.State(self, seq, page++, to == users.size(), users.subList(from, to)));
      from = to;
    } while (from < users.size());
  }

  private void addChanges(List<RosterMessage> output) {
    List<OnlineUser> came = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    for (String id : changed) {
      Own known = own.get(id);
      if (known == null) {
        gone.add(id);
      } else {
        came.add(known.user);
      }
      if (came.size() + gone.size() == PAGE) {
        output.add(new RosterMessage.Changes(self, ++seq, came, gone));
        came.clear();
        gone.clear();
      }
    }
    if (!came.isEmpty() || !gone.isEmpty()) {
      output.add(new RosterMessage.Changes(self, ++seq, came, gone));
    }
    changed.clear();
  }

  private Map<String, Long> known() {
    Map<String, Long> known = new HashMap<>();
    peers.forEach(
        (node, peer) -> {
          if (peer.seq != UNKNOWN) {
            known.put(node, peer.seq);
          }
        });
    return known;
  }

  /** All users, for tests and gauges. */
  public Collection<OnlineUser> users() {
    return entries.values().stream().map(entry -> entry.shown).toList();
  }

  private void warn(String what) {
    if (warnings.permits()) {
      log.warn("presence: {}", what);
    }
  }
}
