package dev.switchboard.protocol.socket;

import dev.switchboard.protocol.json.PacketFormatException;

/**
 * What stands before the JSON of a text packet: {@code <type>[<attachments>-][<namespace>,][<id>]}.
 *
 * @param attachments 0 for a packet without binary
 * @param id {@link Packet#NO_ID} if there is none
 * @param end where the JSON starts
 */
record TextHeader(char type, int attachments, String namespace, long id, int end) {
  static final char CONNECT = '0';
  static final char DISCONNECT = '1';
  static final char EVENT = '2';
  static final char ACK = '3';
  static final char CONNECT_ERROR = '4';
  static final char BINARY_EVENT = '5';
  static final char BINARY_ACK = '6';

  /** JavaScript's largest safe integer. */
  static final long MAX_ID = (1L << 53) - 1;

  static TextHeader read(String text, ParserLimits limits) {
    char type = text.isEmpty() ? ' ' : text.charAt(0);
    if (type < CONNECT || type > BINARY_ACK) {
      throw new PacketFormatException(
          "unknown packet type " + (type >= '0' && type <= '9' ? type : "NaN"));
    }
    int i = 1;
    int attachments = 0;
    if (type == BINARY_EVENT || type == BINARY_ACK) {
      i = digits(text, 1);
      attachments = attachments(text, i, limits);
      i++;
    }
    String namespace = "/";
    if (i < text.length() && text.charAt(i) == '/') {
      int comma = text.indexOf(',', i);
      int end = comma < 0 ? text.length() : comma;
      if (end - i > limits.maxNamespaceLength()) {
        throw new PacketFormatException(
            "the namespace has more than " + limits.maxNamespaceLength() + " characters");
      }
      namespace = end - i == 1 ? namespace : text.substring(i, end);
      i = comma < 0 ? end : end + 1;
    }
    int idEnd = digits(text, i);
    return new TextHeader(type, attachments, namespace, id(text, i, idEnd), idEnd);
  }

  private static int attachments(String text, int end, ParserLimits limits) {
    if (end == 1 || end >= text.length() || text.charAt(end) != '-') {
      throw new PacketFormatException("Illegal attachments");
    }
    int count = 0;
    for (int i = 1; i < end; i++) {
      count = count * 10 + text.charAt(i) - '0';
      if (count > limits.maxAttachments()) {
        throw new PacketFormatException("too many attachments");
      }
    }
    if (count == 0) {
      throw new PacketFormatException("Illegal attachments");
    }
    return count;
  }

  private static long id(String text, int start, int end) {
    if (start == end) {
      return Packet.NO_ID;
    }
    long id = 0;
    for (int i = start; i < end; i++) {
      id = id * 10 + text.charAt(i) - '0';
      if (id > MAX_ID) {
        throw new PacketFormatException("the packet id is above 2^53-1");
      }
    }
    return id;
  }

  private static int digits(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    return i;
  }
}
