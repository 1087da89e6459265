package dev.switchboard.server.engine;

import java.util.List;
import java.util.Map;

/**
 * An answer to an HTTP request. The transport's library adds Content-Length, Connection and, if it
 * compresses, Content-Encoding and Vary.
 *
 * @param headers in the order to send them
 * @param body shared, not copied
 * @param compressible whether the body may be compressed if it is long enough
 * @param close whether the connection is closed after the answer
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not kept
public record HttpReply(
    int status,
    Map<String, List<String>> headers,
    byte[] body,
    boolean compressible,
    boolean close) {}
