package dev.switchboard.server.engine;

import dev.switchboard.protocol.engine.EnginePacket;
import dev.switchboard.protocol.engine.EngineRevision;
import dev.switchboard.protocol.engine.Jsonp;
import dev.switchboard.protocol.engine.PayloadCodec;
import dev.switchboard.protocol.engine.PayloadReader;
import dev.switchboard.protocol.engine.PayloadWriter;
import org.jspecify.annotations.Nullable;

/**
 * How the bodies of a polling client's requests and answers are written.
 *
 * @param base64 whether binary is base64 whatever the revision
 * @param jsonp the number of the script tag that polls, if one does
 */
record PayloadForm(EngineRevision revision, boolean base64, @Nullable String jsonp) {
  private static final byte SEPARATOR = 0x1e;
  private static final PayloadForm PLAIN = new PayloadForm(EngineRevision.V4, false, null);

  /** What a request asks for. */
  static PayloadForm of(EngineRevision revision, Request request) {
    String jsonp = request.query("j");
    boolean base64 = jsonp != null || request.query("b64") != null;
    return base64 || revision != EngineRevision.V4
        ? new PayloadForm(revision, base64, jsonp)
        : PLAIN;
  }

  /** Reads the packets of a POST. */
  PayloadReader reader(HttpRequest request) {
    byte[] body = jsonp == null ? request.body() : Jsonp.unwrap(request.body());
    return PayloadCodec.toRead(revision, request.header("content-type")).reader(body);
  }

  /** Answers a GET with messages. */
  void respond(HttpRequest request, Outbox.Node first) {
    if (revision == EngineRevision.V4) {
      respondShared(request, first);
    } else {
      respondV3(request, first);
    }
  }

  /** Answers a GET with packets that have no data. */
  void respond(HttpRequest request, EnginePacket.Type... types) {
    PayloadCodec codec = PayloadCodec.toWrite(revision, base64, false);
    PayloadWriter writer = codec.writer();
    for (EnginePacket.Type type : types) {
      writer.packet(EnginePacket.of(type));
    }
    respond(request, codec, writer.toByteArray(), true);
  }

  /** Revision 4: joins the wire forms that the messages share with other recipients. */
  private void respondShared(HttpRequest request, Outbox.Node first) {
    int length = -1;
    boolean compressible = false;
    for (Outbox.Node node = first; node != null; node = node.next) {
      length = Math.addExact(length, node.message.pollingPayload().length + 1);
      compressible |= node.message.compressed();
    }
    byte[] payload = first.message.pollingPayload();
    if (first.next != null) {
      payload = new byte[length];
      int at = 0;
      for (Outbox.Node node = first; node != null; node = node.next) {
        if (at > 0) {
          payload[at++] = SEPARATOR;
        }
        byte[] packets = node.message.pollingPayload();
        System.arraycopy(packets, 0, payload, at, packets.length);
        at += packets.length;
      }
    }
    respond(request, PayloadCodec.V4, payload, compressible);
  }

  private void respondV3(HttpRequest request, Outbox.Node first) {
    boolean compressible = false;
    boolean anyBinary = false;
    for (Outbox.Node node = first; node != null; node = node.next) {
      compressible |= node.message.compressed();
      anyBinary |= !node.message.binary().isEmpty();
    }
    PayloadCodec codec = PayloadCodec.toWrite(revision, base64, anyBinary);
    PayloadWriter writer = codec.writer();
    for (Outbox.Node node = first; node != null; node = node.next) {
      node.message.writeTo(writer, revision);
    }
    respond(request, codec, writer.toByteArray(), compressible);
  }

  private void respond(
      HttpRequest request, PayloadCodec codec, byte[] payload, boolean compressible) {
    byte[] body = jsonp == null ? payload : Jsonp.wrap(jsonp, payload);
    request.respondPayload(codec.contentType(), body, compressible);
  }
}
