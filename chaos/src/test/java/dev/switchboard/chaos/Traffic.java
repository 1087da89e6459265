package dev.switchboard.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What was sent to rooms, and who got it. Every message carries its publisher, its room and a
 * number that counts the publisher's messages to that room; what is lost, doubled, out of order or
 * in the wrong room follows from that. Any thread.
 */
final class Traffic {
  static final String EVENT = "chaos";

  private final Map<Channel, Log> sent = new ConcurrentHashMap<>();
  private final List<Member> members = new CopyOnWriteArrayList<>();

  /** The messages of one publisher to one room. */
  private record Channel(String publisher, String room) {}

  /** When each message was sent; its index is its number. */
  private static final class Log {
    private final List<Long> times = new ArrayList<>();

    synchronized int add() {
      times.add(System.nanoTime());
      return times.size() - 1;
    }

    synchronized List<Long> times() {
      return List.copyOf(times);
    }

    synchronized long time(int number) {
      return times.get(number);
    }
  }

  /** Notes a message that is about to be sent. */
  int next(String publisher, String room) {
    return sent.computeIfAbsent(new Channel(publisher, room), channel -> new Log()).add();
  }

  /** Somebody who is in a room from now on, and is to get all that is sent to it. */
  Member join(String node, String room) {
    Member member = new Member(node, room);
    members.add(member);
    return member;
  }

  List<Member> members() {
    return members;
  }

  /** A client of a node, in one room. */
  final class Member {
    private final String node;
    private final String room;
    private final Map<String, Integer> from = new HashMap<>();
    private final Map<String, List<Integer>> got = new HashMap<>();
    private final List<Delay> delays = new ArrayList<>();
    private int leaked;

    private Member(String node, String room) {
      this.node = node;
      this.room = room;
      sent.forEach(
          (channel, log) -> {
            if (channel.room().equals(room)) {
              from.put(channel.publisher(), log.times().size());
            }
          });
    }

    String room() {
      return room;
    }

    String node() {
      return node;
    }

    synchronized void got(String publisher, String toRoom, int number) {
      long now = System.nanoTime();
      Log log = sent.get(new Channel(publisher, toRoom));
      if (log == null || !toRoom.equals(room)) {
        leaked++;
        return;
      }
      got.computeIfAbsent(publisher, name -> new ArrayList<>()).add(number);
      long time = log.time(number);
      delays.add(new Delay(publisher.equals(node), time, now - time));
    }

    /** Whether it got what a publisher sent from this number on, at least the last of it. */
    synchronized boolean isUpToDate(String publisher, int number) {
      List<Integer> numbers = got.get(publisher);
      return numbers != null && numbers.get(numbers.size() - 1) >= number;
    }

    private synchronized void addTo(Report report) {
      report.leaked += leaked;
      report.delays.addAll(delays);
      sent.forEach(
          (channel, log) -> {
            if (channel.room().equals(room)) {
              compare(channel.publisher(), log.times(), report);
            }
          });
    }

    private void compare(String publisher, List<Long> times, Report report) {
      Set<Integer> seen = new HashSet<>();
      int highest = -1;
      for (int number : got.getOrDefault(publisher, List.of())) {
        if (!seen.add(number)) {
          report.doubled++;
        } else if (number < highest) {
          report.reordered++;
        }
        highest = Math.max(highest, number);
      }
      report.delivered += seen.size();
      for (int number = from.getOrDefault(publisher, 0); number < times.size(); number++) {
        if (!seen.contains(number)) {
          report.lost.add(new Loss(publisher, node, room, times.get(number)));
        }
      }
    }
  }

  /**
   * How long a message was under way.
   *
   * @param local whether it was sent on the node of its receiver
   */
  record Delay(boolean local, long sentAt, long nanos) {}

  /** A message that a member did not get. */
  record Loss(String publisher, String node, String room, long sentAt) {
    /** Whether it had to go over Redis. */
    boolean isRemote() {
      return !publisher.equals(node);
    }
  }

  /** The count, once all is quiet. */
  Report report() {
    Report report = new Report();
    members.forEach(member -> member.addTo(report));
    return report;
  }

  /** What became of all messages to all members. */
  static final class Report {
    private final List<Loss> lost = new ArrayList<>();
    private final List<Delay> delays = new ArrayList<>();
    private long delivered;
    private long doubled;
    private long reordered;
    private long leaked;

    List<Loss> lost() {
      return lost;
    }

    long delivered() {
      return delivered;
    }

    /** Doubled, out of order or in the wrong room: what no fault excuses. */
    String disorder() {
      return "doubled %d, reordered %d, leaked %d".formatted(doubled, reordered, leaked);
    }

    /** The 99th percentile of the way of messages on one node, sent in this time, in ms. */
    long localP99(long from, long to) {
      long[] millis =
          delays.stream()
              .filter(delay -> delay.local() && delay.sentAt() >= from && delay.sentAt() < to)
              .mapToLong(delay -> Figures.millis(delay.nanos()))
              .toArray();
      return Figures.percentile(0.99, millis);
    }

    /** The longest way of a message, in ms. */
    long slowest() {
      return delays.stream().mapToLong(delay -> Figures.millis(delay.nanos())).max().orElse(0);
    }

    /** How long after a fault began a message was lost, in ms; 0 if none was. */
    long lostUntil(long fault, long next) {
      return lost.stream()
          .filter(loss -> loss.sentAt() < next)
          .mapToLong(loss -> Math.max(0, Figures.millis(loss.sentAt() - fault)))
          .max()
          .orElse(0);
    }
  }
}
