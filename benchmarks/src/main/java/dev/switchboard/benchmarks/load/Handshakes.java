package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/** Clients connect, connect the namespace, and close, a fixed number of them at a time. */
final class Handshakes implements Traffic, Receiver {

  private final ClientLoop loop;
  private final int atOnce;
  private final Histogram latencies = new Histogram(3);
  private boolean opening;
  private long open;
  private long messages;

  Handshakes(ClientLoop loop, int atOnce) {
    this.loop = loop;
    this.atOnce = atOnce;
  }

  @Override
  public void run(Duration duration) throws IOException {
    long end = System.nanoTime() + duration.toNanos();
    opening = true;
    for (int i = 0; i < atOnce; i++) {
      open();
    }
    while (System.nanoTime() < end) {
      loop.turn();
    }
    opening = false;
    Traffic.drain(loop, () -> open);
  }

  private void open() throws IOException {
    open++;
    loop.open(this);
  }

  @Override
  public void connected(Client client) throws IOException {
    client.close();
  }

  @Override
  public void closed(Client client) throws IOException {
    messages++;
    open--;
    if (opening) {
      open();
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
