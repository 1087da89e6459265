package dev.switchboard.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends messages to rooms in turn, at a steady rate, on a thread of its own, until it is closed.
 */
final class Publisher implements AutoCloseable {
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String name;
  private final List<String> rooms;
  private final Traffic traffic;
  private final Outlet outlet;
  private final Thread thread;
  private volatile boolean closed;

  /** Sends one message. */
  @FunctionalInterface
  interface Outlet {
    void send(String room, String publisher, int number);
  }

  private Publisher(
      String name, List<String> rooms, Traffic traffic, int perSecond, Outlet outlet) {
    this.name = name;
    this.rooms = rooms;
    this.traffic = traffic;
    this.outlet = outlet;
    this.thread = new Thread(() -> run(perSecond), "publisher " + name);
    thread.setDaemon(true);
  }

  static Publisher start(
      String name, List<String> rooms, Traffic traffic, int perSecond, Outlet outlet) {
    Publisher publisher = new Publisher(name, rooms, traffic, perSecond, outlet);
    publisher.thread.start();
    return publisher;
  }

  String name() {
    return name;
  }

  private void run(int perSecond) {
    long start = System.nanoTime();
    for (long count = 0; !closed; count++) {
      long due = start + count * TimeUnit.SECONDS.toNanos(1) / perSecond;
      while (!closed && due - System.nanoTime() > 0) {
        LockSupport.parkNanos(Math.min(TURN_NANOS, due - System.nanoTime()));
      }
      send(rooms.get((int) (count % rooms.size())));
    }
  }

  private synchronized int send(String room) {
    int number = traffic.next(name, room);
    outlet.send(room, name, number);
    return number;
  }

  /** Sends one message to each room; their numbers, in the order of the rooms. */
  List<Integer> sendToAll() {
    List<Integer> numbers = new ArrayList<>();
    for (String room : rooms) {
      numbers.add(send(room));
    }
    return numbers;
  }

  /** On return the thread has sent its last message. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
