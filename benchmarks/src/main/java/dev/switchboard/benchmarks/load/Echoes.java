package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Every client has one message in flight and sends the next as soon as that has come back. */
final class Echoes implements Traffic, Receiver {

  private final ClientLoop loop;
  private final List<Client> clients;
  private final NumberedEvent request;
  private final int firstDigit = NumberedEvent.prefix("echo").length();
  private final int replyLength;
  private final Histogram latencies = new Histogram(3);
  private boolean sending;
  private long outstanding;
  private long messages;

  Echoes(ClientLoop loop, int sockets, int payloadLength) throws IOException {
    this.loop = loop;
    request = new NumberedEvent("echo", payloadLength);
    replyLength = NumberedEvent.messageLength("echo", payloadLength);
    clients = loop.connect(sockets, this);
  }

  @Override
  public void run(Duration duration) throws IOException {
    long end = System.nanoTime() + duration.toNanos();
    sending = true;
    for (Client client : clients) {
      send(client, System.nanoTime());
    }
    while (System.nanoTime() < end) {
      loop.turn();
    }
    sending = false;
    Traffic.drain(loop, () -> outstanding);
  }

  private void send(Client client, long now) throws IOException {
    client.sentAt = now;
    outstanding++;
    client.send(request.frame(client.expected));
  }

  @Override
  public void event(Client client, ByteBuffer in, int offset, int length) throws IOException {
    int number = NumberedEvent.number(in, offset + firstDigit);
    if (number != client.expected || length != replyLength) {
      throw new IllegalStateException(
          "echo " + number + " of " + length + " bytes, not " + client.expected);
    }
    long now = System.nanoTime();
    latencies.recordValue(now - client.sentAt);
    client.expected = (number + 1) % NumberedEvent.MODULUS;
    messages++;
    outstanding--;
    if (sending) {
      send(client, now);
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
