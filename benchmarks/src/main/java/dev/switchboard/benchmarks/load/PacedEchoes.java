package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Clients take turns to send at a fixed rate, whether or not the server keeps up. A latency counts
 * from the moment at which the message was to be sent, so that a stall counts for all whom it
 * delays. Other clients may keep handlers asleep meanwhile; their acknowledgements are no messages.
 */
final class PacedEchoes implements Traffic, Receiver {

  private static final int REMEMBERED = 1 << 16;

  private final ClientLoop loop;
  private final List<Client> clients;
  private final List<Client> sleepers;
  private final long intervalNanos;
  private final NumberedEvent request;
  private final byte[] sleep;
  private final int firstDigit = NumberedEvent.prefix("echo").length();
  private final Histogram latencies = new Histogram(3);
  private final long[] dueAt = new long[REMEMBERED];
  private int next;
  private boolean sending;
  private long outstanding;
  private long asleep;
  private long messages;

  /**
   * @param perSecond how many messages all clients send together
   * @param sleepers how many clients have a handler asleep all the time
   */
  PacedEchoes(
      ClientLoop loop, int sockets, int payloadLength, int perSecond, int sleepers, Duration nap)
      throws IOException {
    this.loop = loop;
    intervalNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    request = new NumberedEvent("echo", payloadLength);
    sleep = Frames.text("420[\"sleep\"," + nap.toMillis() + "]");
    clients = loop.connect(sockets, this);
    this.sleepers = loop.connect(sleepers, this);
  }

  @Override
  public void run(Duration duration) throws IOException {
    sending = true;
    for (Client sleeper : sleepers) {
      sleep(sleeper);
    }
    long dueNow = System.nanoTime();
    long end = dueNow + duration.toNanos();
    while (dueNow < end) {
      loop.poll();
      long now = System.nanoTime();
      for (; dueNow <= now; dueNow += intervalNanos) {
        dueAt[next & REMEMBERED - 1] = dueNow;
        outstanding++;
        clients.get(next % clients.size()).send(request.frame(next));
        next = (next + 1) % NumberedEvent.MODULUS;
      }
    }
    sending = false;
    Traffic.drain(loop, () -> outstanding + asleep);
  }

  @Override
  public void event(Client client, ByteBuffer in, int offset, int length) {
    int number = NumberedEvent.number(in, offset + firstDigit);
    latencies.recordValue(System.nanoTime() - dueAt[number & REMEMBERED - 1]);
    messages++;
    outstanding--;
  }

  @Override
  public void acknowledged(Client sleeper) throws IOException {
    asleep--;
    if (sending) {
      sleep(sleeper);
    }
  }

  private void sleep(Client sleeper) throws IOException {
    asleep++;
    sleeper.send(sleep);
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
