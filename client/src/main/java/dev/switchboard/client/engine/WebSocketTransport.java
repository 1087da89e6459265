package dev.switchboard.client.engine;

import dev.switchboard.client.engine.ClientLoop.Timer;
import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.PacketCodec;
import dev.switchboard.protocol.json.PacketFormatException;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket: whole messages in, one at a time out.
 *
 * <p>The JDK's WebSocket takes one message at a time, so the others of a batch wait here. It hands
 * out parts of messages, which are put together up to a limit. While little waits before the loop,
 * the next message is asked for as soon as one has come, on the thread that received it: see {@link
 * NetworkSettings#webSockets}.
 */
final class WebSocketTransport implements Transport, WebSocket.Listener {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

  private final ClientLoop loop;
  private final NetworkSettings network;
  private final Requests requests;
  private final int maxMessageBytes;
  private final @Nullable String sid;
  private final Listener listener;
  private final Intake intake = new Intake();

  // Of the WebSocket's thread of the moment: the JDK calls its listener one call at a time.
  private @Nullable StringBuilder text;
  private @Nullable ByteArrayOutputStream binary;

  // Of the loop.
  private final Queue<EnginePacket> waiting = new ArrayDeque<>();
  private @Nullable WebSocket socket;
  private boolean writing;
  private int heldMessages;
  private long heldBytes;
  private boolean ended;
  private Timer farewell = Timer.NONE;

  /**
   * @param sid of the session that moves, or null for a new one
   */
  WebSocketTransport(
      ClientLoop loop,
      NetworkSettings network,
      Requests requests,
      int maxMessageBytes,
      @Nullable String sid,
      Listener listener) {
    this.loop = loop;
    this.network = network;
    this.requests = requests;
    this.maxMessageBytes = maxMessageBytes;
    this.sid = sid;
    this.listener = listener;
  }

  @Override
  public String name() {
    return EngineSettings.WEBSOCKET;
  }

  @Override
  public void open() {
    WebSocket.Builder builder;
    URI address;
    try {
      builder = network.webSockets().newWebSocketBuilder();
      requests.headers(builder);
      address = requests.webSocket(sid);
    } catch (IllegalArgumentException e) {
      loop.execute(() -> opened(null, e));
      return;
    }
    CompletableFuture.supplyAsync(
            () -> builder.buildAsync(address, this), NetworkSettings.threads())
        .thenCompose(opening -> opening)
        .whenComplete((opened, failure) -> loop.execute(() -> opened(opened, failure)));
  }

  private void opened(@Nullable WebSocket opened, @Nullable Throwable failure) {
    if (opened == null) {
      fail(failure);
    } else if (ended) {
      opened.abort();
    } else {
      socket = opened;
      listener.ready();
    }
  }

  @Override
  public boolean writable() {
    return socket != null && !writing && !ended;
  }

  @Override
  public void send(List<EnginePacket> packets) {
    waiting.addAll(packets);
    if (writing) {
      return; // what moves a session may come right behind the probe
    }
    writing = true;
    if (writeAll()) {
      loop.execute(this::drained);
    }
  }

  private void drained() {
    if (!ended) {
      writing = false;
      listener.drained();
    }
  }

  /** Writes until the network takes no more. */
  private boolean writeAll() {
    WebSocket to = socket;
    while (to != null && !ended) {
      EnginePacket packet = waiting.poll();
      if (packet == null) {
        return true;
      }
      byte[] bytes = packet.binary();
      CompletableFuture<WebSocket> sent =
          bytes != null
              ? to.sendBinary(ByteBuffer.wrap(bytes), true)
              : to.sendText(PacketCodec.encode(packet, EngineRevision.V4), true);
      if (!sent.isDone() || sent.isCompletedExceptionally()) {
        sent.whenComplete((same, failure) -> loop.execute(() -> written(failure)));
        return false;
      }
    }
    return false;
  }

  private void written(@Nullable Throwable failure) {
    if (failure != null) {
      fail(failure);
    } else if (writeAll()) {
      drained();
    }
  }

  @Override
  public void resumeReading() {
    WebSocket from = socket;
    if (heldMessages > 0 && from != null && !ended) {
      int more = intake.workedOff(heldMessages, heldBytes);
      heldMessages = 0;
      heldBytes = 0;
      request(from, more);
    }
  }

  private void workedOff(WebSocket from, long size) {
    if (listener.reading()) {
      request(from, intake.workedOff(1, size));
    } else {
      heldMessages++;
      heldBytes += size;
    }
  }

  private static void request(WebSocket from, int messages) {
    if (messages > 0) {
      from.request(messages);
    }
  }

  @Override
  public void close() {
    WebSocket to = socket;
    if (ended || to == null || writing) {
      abort();
      return;
    }
    ended = true;
    to.request(Long.MAX_VALUE / 2); // what comes is dropped; its answer to the close must be read
    to.sendClose(WebSocket.NORMAL_CLOSURE, "");
    farewell = loop.schedule(to::abort, CLOSE_TIMEOUT);
  }

  @Override
  public void abort() {
    ended = true;
    waiting.clear();
    if (socket != null) {
      socket.abort();
    }
  }

  private void fail(@Nullable Throwable failure) {
    if (!ended) {
      abort();
      listener.failed(described(failure));
    }
  }

  private EngineException described(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof EngineException already) {
      return already;
    }
    if (cause instanceof WebSocketHandshakeException refused) {
      return new EngineException("websocket error: " + Answers.describe(refused.getResponse()));
    }
    return new EngineException("websocket error: " + cause, cause);
  }

  // ---- called by the JDK ----

  @Override
  public void onOpen(WebSocket from) {
    from.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    int before = text == null ? 0 : text.length();
    if (part.length() > maxMessageBytes - before) {
      return tooLong();
    }
    if (last && text == null) {
      received(from, part.toString());
      return null;
    }
    if (text == null) {
      text = new StringBuilder();
    }
    text.append(part);
    if (last) {
      String message = text.toString();
      text = null;
      received(from, message);
    } else {
      from.request(1);
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
    int before = binary == null ? 0 : binary.size();
    if (part.remaining() > maxMessageBytes - before) {
      return tooLong();
    }
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    if (last && binary == null) {
      received(from, bytes);
      return null;
    }
    if (binary == null) {
      binary = new ByteArrayOutputStream();
    }
    binary.writeBytes(bytes);
    if (last) {
      byte[] message = binary.toByteArray();
      binary = null;
      received(from, message);
    } else {
      from.request(1);
    }
    return null;
  }

  private void received(WebSocket from, String message) {
    request(from, intake.arrived(message.length()));
    loop.execute(
        () -> {
          if (!ended) {
            deliver(from, message, null);
          }
        });
  }

  private void received(WebSocket from, byte[] message) {
    request(from, intake.arrived(message.length));
    loop.execute(
        () -> {
          if (!ended) {
            deliver(from, "", message);
          }
        });
  }

  private void deliver(WebSocket from, String message, byte @Nullable [] bytes) {
    socket = from; // the first message may be here before the news that it is open
    try {
      listener.packet(
          bytes != null
              ? PacketCodec.decode(bytes, EngineRevision.V4)
              : PacketCodec.decode(message, EngineRevision.V4));
    } catch (PacketFormatException e) {
      fail(Answers.notAPacket(e));
    }
    if (!ended) {
      workedOff(from, bytes != null ? bytes.length : message.length());
    }
  }

  private @Nullable CompletionStage<?> tooLong() {
    loop.execute(
        () ->
            fail(
                new EngineException(
                    "the server sent a message of more than "
                        + maxMessageBytes
                        + " bytes: raise maxMessageBytes if it should")));
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    loop.execute(
        () -> {
          farewell.cancel();
          if (!ended) {
            abort();
            listener.closed();
          }
        });
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    loop.execute(() -> fail(failure));
  }
}
