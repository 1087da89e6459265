package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One socket asks for broadcasts to all, a fixed number of them in flight: the next is asked for
 * when all copies of one have arrived. What a turn of the loop completed is replaced by one write.
 * With two servers it is a further socket, on the other one, and gets its copy too.
 */
final class Broadcasts implements Traffic, Receiver {

  private final ClientLoop loop;
  private final List<Client> clients;
  private final Client asking;
  private final int inFlight;
  private final NumberedEvent request;
  private final int firstDigit = NumberedEvent.prefix("msg").length();
  private final int deliveryLength;
  private final Histogram latencies = new Histogram(3);

  /** Copies that have not arrived, and when the broadcast was asked for, by its number. */
  private final int[] missing;

  private final long[] sentAt;

  private byte[] batch = {};
  private int next;
  private int due;
  private int unfinished;
  private long messages;

  Broadcasts(ClientLoop loop, int sockets, int inFlight, int payloadLength) throws IOException {
    this.loop = loop;
    this.inFlight = inFlight;
    request = new NumberedEvent("bcast", payloadLength);
    deliveryLength = NumberedEvent.messageLength("msg", payloadLength);
    missing = new int[Integer.highestOneBit(inFlight) * 2];
    sentAt = new long[missing.length];
    clients = loop.connect(sockets, this);
    if (loop.hasEntry()) {
      asking = loop.connectToEntry(this);
      clients.add(asking);
    } else {
      asking = clients.get(0);
    }
  }

  @Override
  public void run(Duration duration) throws IOException {
    long end = System.nanoTime() + duration.toNanos();
    due = inFlight;
    do {
      sendDue();
      loop.turn();
    } while (System.nanoTime() < end);
    Traffic.drain(loop, () -> unfinished);
    for (Client client : clients) {
      if (client.expected != next) {
        throw new IllegalStateException("a socket got " + client.expected + " of " + next);
      }
    }
  }

  private void sendDue() throws IOException {
    int length = 0;
    for (; due > 0; due--) {
      missing[slot(next)] = clients.size();
      sentAt[slot(next)] = System.nanoTime();
      byte[] frame = request.frame(next++);
      if (batch.length < length + frame.length) {
        batch = Arrays.copyOf(batch, frame.length * inFlight);
      }
      System.arraycopy(frame, 0, batch, length, frame.length);
      length += frame.length;
      unfinished++;
    }
    if (length > 0) {
      asking.send(batch, length);
    }
  }

  private int slot(int number) {
    return number & missing.length - 1;
  }

  @Override
  public void event(Client client, ByteBuffer in, int offset, int length) {
    int number = NumberedEvent.number(in, offset + firstDigit);
    if (number != client.expected || length != deliveryLength) {
      throw new IllegalStateException(
          "broadcast " + number + " of " + length + " bytes, not " + client.expected);
    }
    client.expected++;
    messages++;
    if (--missing[slot(number)] == 0) {
      latencies.recordValue(System.nanoTime() - sentAt[slot(number)]);
      unfinished--;
      due++;
    }
  }

  @Override
  public long messages() {
    return messages;
  }

  @Override
  public Histogram latencies() {
    return latencies;
  }
}
