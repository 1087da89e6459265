package dev.switchboard.server.engine;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * What one peer may make the server hold, and for how long. Every collection that a peer can grow
 * has its bound here; sizes are in bytes. The reference has none of these limits unless said
 * otherwise.
 *
 * @param maxConnections open sessions of this server; more are answered 503 with Retry-After.
 *     Default 0: no limit here (the transport's library derives one from the limit of open files)
 * @param maxConnectionsPerAddress open sessions per remote address; more are answered 429. Default
 *     0: off, since many users share an address behind a proxy that is not trusted
 * @param handshakesPerSecond new sessions a second; more are answered 503 with Retry-After. Default
 *     1,000; 0 turns it off
 * @param handshakeBurst new sessions that may come at once. Default 2,000
 * @param unknownSidsPerSecond requests with an unknown session id that one address may send a
 *     second before it is answered 429. Default 20; 0 turns it off
 * @param handshakeTimeout how long filters, {@code allowRequest} and {@code generateId} may take in
 *     total before the request is refused. Default 10 s
 * @param outboundBytes bytes that may wait for one connection that does not take them, before it is
 *     closed. A burst may exceed it sixteenfold for a second. Default 1 MiB
 * @param outboundPackets packets that may wait likewise. Default 1,024
 * @param outboundAge how long the oldest may wait on a WebSocket that does not take it. Default 10
 *     s
 * @param inboundPackets packets that may wait for handlers per connection, before reading stops.
 *     Default 256
 * @param inboundBytes bytes that may wait likewise. Default 1 MiB
 * @param inboundRate messages a second that one connection may send, with a burst of twice as many,
 *     before it is closed. Default 0: off
 * @param fragments frames that one WebSocket message may come in. Default 1,024 (reference 16,384)
 * @param fragmentTimeout how long a message that comes in fragments may take. Default 30 s
 * @param pendingPongs answers to WebSocket pings that may wait to be sent. Default 60 (as ws from
 *     8.23 on)
 * @param headerBytes bytes of all header lines. Default 8 KiB (reference 16 KiB)
 * @param headerCount header lines. Default 100
 * @param urlBytes length of the request line. Default 4 KiB (reference: within the header)
 * @param headersTimeout how long a request's head may take. Default 10 s (reference 60 s)
 * @param bodyTimeout how long a request's body may take. Default 30 s (reference 300 s)
 * @param keepAliveTimeout how long an HTTP connection may idle between requests. Default 30 s
 *     (reference 5 s)
 * @param attachments binary attachments of one Socket.IO packet. Default 10 (as the reference)
 * @param attachmentTimeout how long announced attachments may take to come. Default 30 s
 * @param jsonDepth nesting of JSON. Default 100
 * @param numberLength digits of a JSON number. Default 64
 * @param authBytes size of a CONNECT packet's auth payload. Default 16 KiB
 * @param namespaces namespaces that one connection may join. Default 32
 * @param namespaceLength characters of a namespace's name. Default 256
 * @param failedConnects CONNECTs that may be refused per connection before it is closed. Default 64
 * @param dynamicNamespaces namespaces made on demand. Default 10,000
 * @param roomsPerSocket rooms that the application may have a socket join. Default 1,000
 * @param roomLength characters of a room's name. Default 255
 * @param pendingAcks acknowledgements that one socket may owe. Default 1,000
 */
public record LimitSettings(
    int maxConnections,
    int maxConnectionsPerAddress,
    int handshakesPerSecond,
    int handshakeBurst,
    int unknownSidsPerSecond,
    Duration handshakeTimeout,
    int outboundBytes,
    int outboundPackets,
    Duration outboundAge,
    int inboundPackets,
    int inboundBytes,
    int inboundRate,
    int fragments,
    Duration fragmentTimeout,
    int pendingPongs,
    int headerBytes,
    int headerCount,
    int urlBytes,
    Duration headersTimeout,
    Duration bodyTimeout,
    Duration keepAliveTimeout,
    int attachments,
    Duration attachmentTimeout,
    int jsonDepth,
    int numberLength,
    int authBytes,
    int namespaces,
    int namespaceLength,
    int failedConnects,
    int dynamicNamespaces,
    int roomsPerSocket,
    int roomLength,
    int pendingAcks) {

  /** The deepest nesting of JSON that can be set; deeper would endanger the stack. */
  public static final int MAX_JSON_DEPTH = 1_000;

  public LimitSettings {
    Checks.notNegative("maxConnections", maxConnections);
    Checks.notNegative("maxConnectionsPerAddress", maxConnectionsPerAddress);
    Checks.notNegative("handshakesPerSecond", handshakesPerSecond);
    Checks.positive("handshakeBurst", handshakeBurst);
    Checks.notNegative("unknownSidsPerSecond", unknownSidsPerSecond);
    Checks.positive("handshakeTimeout", handshakeTimeout);
    Checks.positive("outboundBytes", outboundBytes);
    Checks.positive("outboundPackets", outboundPackets);
    Checks.positive("outboundAge", outboundAge);
    if (outboundAge.compareTo(Duration.ofSeconds(2)) < 0) {
      throw new IllegalArgumentException("outboundAge must be 2 s or more, not " + outboundAge);
    }
    Checks.positive("inboundPackets", inboundPackets);
    Checks.positive("inboundBytes", inboundBytes);
    Checks.notNegative("inboundRate", inboundRate);
    Checks.positive("fragments", fragments);
    Checks.positive("fragmentTimeout", fragmentTimeout);
    Checks.positive("pendingPongs", pendingPongs);
    Checks.positive("headerBytes", headerBytes);
    Checks.positive("headerCount", headerCount);
    Checks.positive("urlBytes", urlBytes);
    Checks.positive("headersTimeout", headersTimeout);
    Checks.positive("bodyTimeout", bodyTimeout);
    Checks.positive("keepAliveTimeout", keepAliveTimeout);
    Checks.notNegative("attachments", attachments);
    Checks.positive("attachmentTimeout", attachmentTimeout);
    Checks.positive("jsonDepth", jsonDepth);
    Checks.atMost("jsonDepth", jsonDepth, MAX_JSON_DEPTH);
    Checks.positive("numberLength", numberLength);
    Checks.positive("authBytes", authBytes);
    Checks.positive("namespaces", namespaces);
    Checks.positive("namespaceLength", namespaceLength);
    Checks.notNegative("failedConnects", failedConnects);
    Checks.positive("dynamicNamespaces", dynamicNamespaces);
    Checks.positive("roomsPerSocket", roomsPerSocket);
    Checks.positive("roomLength", roomLength);
    Checks.positive("pendingAcks", pendingAcks);
  }

  /** The defaults. */
  public static LimitSettings defaults() {
    return new Builder().build();
  }

  /** The defaults, changed. */
  public static LimitSettings of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** Builds {@link LimitSettings}; whose documentation names the meaning and default of each. */
  public static final class Builder {
    private int maxConnections = 0;
    private int maxConnectionsPerAddress = 0;
    private int handshakesPerSecond = 1_000;
    private int handshakeBurst = 2_000;
    private int unknownSidsPerSecond = 20;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private int outboundBytes = 1 << 20;
    private int outboundPackets = 1_024;
    private Duration outboundAge = Duration.ofSeconds(10);
    private int inboundPackets = 256;
    private int inboundBytes = 1 << 20;
    private int inboundRate = 0;
    private int fragments = 1_024;
    private Duration fragmentTimeout = Duration.ofSeconds(30);
    private int pendingPongs = 60;
    private int headerBytes = 8 << 10;
    private int headerCount = 100;
    private int urlBytes = 4 << 10;
    private Duration headersTimeout = Duration.ofSeconds(10);
    private Duration bodyTimeout = Duration.ofSeconds(30);
    private Duration keepAliveTimeout = Duration.ofSeconds(30);
    private int attachments = 10;
    private Duration attachmentTimeout = Duration.ofSeconds(30);
    private int jsonDepth = 100;
    private int numberLength = 64;
    private int authBytes = 16 << 10;
    private int namespaces = 32;
    private int namespaceLength = 256;
    private int failedConnects = 64;
    private int dynamicNamespaces = 10_000;
    private int roomsPerSocket = 1_000;
    private int roomLength = 255;
    private int pendingAcks = 1_000;

    /** A builder with the defaults. */
    public Builder() {}

    /** See {@link LimitSettings#maxConnections}. */
    public Builder maxConnections(int maxConnections) {
      this.maxConnections = maxConnections;
      return this;
    }

    /** See {@link LimitSettings#maxConnectionsPerAddress}. */
    public Builder maxConnectionsPerAddress(int maxConnectionsPerAddress) {
      this.maxConnectionsPerAddress = maxConnectionsPerAddress;
      return this;
    }

    /** See {@link LimitSettings#handshakesPerSecond}. */
    public Builder handshakesPerSecond(int handshakesPerSecond) {
      this.handshakesPerSecond = handshakesPerSecond;
      return this;
    }

    /** See {@link LimitSettings#handshakeBurst}. */
    public Builder handshakeBurst(int handshakeBurst) {
      this.handshakeBurst = handshakeBurst;
      return this;
    }

    /** See {@link LimitSettings#unknownSidsPerSecond}. */
    public Builder unknownSidsPerSecond(int unknownSidsPerSecond) {
      this.unknownSidsPerSecond = unknownSidsPerSecond;
      return this;
    }

    /** See {@link LimitSettings#handshakeTimeout}. */
    public Builder handshakeTimeout(Duration handshakeTimeout) {
      this.handshakeTimeout = handshakeTimeout;
      return this;
    }

    /** See {@link LimitSettings#outboundBytes}. */
    public Builder outboundBytes(int outboundBytes) {
      this.outboundBytes = outboundBytes;
      return this;
    }

    /** See {@link LimitSettings#outboundPackets}. */
    public Builder outboundPackets(int outboundPackets) {
      this.outboundPackets = outboundPackets;
      return this;
    }

    /** See {@link LimitSettings#outboundAge}. */
    public Builder outboundAge(Duration outboundAge) {
      this.outboundAge = outboundAge;
      return this;
    }

    /** See {@link LimitSettings#inboundPackets}. */
    public Builder inboundPackets(int inboundPackets) {
      this.inboundPackets = inboundPackets;
      return this;
    }

    /** See {@link LimitSettings#inboundBytes}. */
    public Builder inboundBytes(int inboundBytes) {
      this.inboundBytes = inboundBytes;
      return this;
    }

    /** See {@link LimitSettings#inboundRate}. */
    public Builder inboundRate(int inboundRate) {
      this.inboundRate = inboundRate;
      return this;
    }

    /** See {@link LimitSettings#fragments}. */
    public Builder fragments(int fragments) {
      this.fragments = fragments;
      return this;
    }

    /** See {@link LimitSettings#fragmentTimeout}. */
    public Builder fragmentTimeout(Duration fragmentTimeout) {
      this.fragmentTimeout = fragmentTimeout;
      return this;
    }

    /** See {@link LimitSettings#pendingPongs}. */
    public Builder pendingPongs(int pendingPongs) {
      this.pendingPongs = pendingPongs;
      return this;
    }

    /** See {@link LimitSettings#headerBytes}. */
    public Builder headerBytes(int headerBytes) {
      this.headerBytes = headerBytes;
      return this;
    }

    /** See {@link LimitSettings#headerCount}. */
    public Builder headerCount(int headerCount) {
      this.headerCount = headerCount;
      return this;
    }

    /** See {@link LimitSettings#urlBytes}. */
    public Builder urlBytes(int urlBytes) {
      this.urlBytes = urlBytes;
      return this;
    }

    /** See {@link LimitSettings#headersTimeout}. */
    public Builder headersTimeout(Duration headersTimeout) {
      this.headersTimeout = headersTimeout;
      return this;
    }

    /** See {@link LimitSettings#bodyTimeout}. */
    public Builder bodyTimeout(Duration bodyTimeout) {
      this.bodyTimeout = bodyTimeout;
      return this;
    }

    /** See {@link LimitSettings#keepAliveTimeout}. */
    public Builder keepAliveTimeout(Duration keepAliveTimeout) {
      this.keepAliveTimeout = keepAliveTimeout;
      return this;
    }

    /** See {@link LimitSettings#attachments}. */
    public Builder attachments(int attachments) {
      this.attachments = attachments;
      return this;
    }

    /** See {@link LimitSettings#attachmentTimeout}. */
    public Builder attachmentTimeout(Duration attachmentTimeout) {
      this.attachmentTimeout = attachmentTimeout;
      return this;
    }

    /** See {@link LimitSettings#jsonDepth}. */
    public Builder jsonDepth(int jsonDepth) {
      this.jsonDepth = jsonDepth;
      return this;
    }

    /** See {@link LimitSettings#numberLength}. */
    public Builder numberLength(int numberLength) {
      this.numberLength = numberLength;
      return this;
    }

    /** See {@link LimitSettings#authBytes}. */
    public Builder authBytes(int authBytes) {
      this.authBytes = authBytes;
      return this;
    }

    /** See {@link LimitSettings#namespaces}. */
    public Builder namespaces(int namespaces) {
      this.namespaces = namespaces;
      return this;
    }

    /** See {@link LimitSettings#namespaceLength}. */
    public Builder namespaceLength(int namespaceLength) {
      this.namespaceLength = namespaceLength;
      return this;
    }

    /** See {@link LimitSettings#failedConnects}. */
    public Builder failedConnects(int failedConnects) {
      this.failedConnects = failedConnects;
      return this;
    }

    /** See {@link LimitSettings#dynamicNamespaces}. */
    public Builder dynamicNamespaces(int dynamicNamespaces) {
      this.dynamicNamespaces = dynamicNamespaces;
      return this;
    }

    /** See {@link LimitSettings#roomsPerSocket}. */
    public Builder roomsPerSocket(int roomsPerSocket) {
      this.roomsPerSocket = roomsPerSocket;
      return this;
    }

    /** See {@link LimitSettings#roomLength}. */
    public Builder roomLength(int roomLength) {
      this.roomLength = roomLength;
      return this;
    }

    /** See {@link LimitSettings#pendingAcks}. */
    public Builder pendingAcks(int pendingAcks) {
      this.pendingAcks = pendingAcks;
      return this;
    }

    /**
     * Builds the settings.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message says which
     */
    public LimitSettings build() {
      return new LimitSettings(
          maxConnections,
          maxConnectionsPerAddress,
          handshakesPerSecond,
          handshakeBurst,
          unknownSidsPerSecond,
          handshakeTimeout,
          outboundBytes,
          outboundPackets,
          outboundAge,
          inboundPackets,
          inboundBytes,
          inboundRate,
          fragments,
          fragmentTimeout,
          pendingPongs,
          headerBytes,
          headerCount,
          urlBytes,
          headersTimeout,
          bodyTimeout,
          keepAliveTimeout,
          attachments,
          attachmentTimeout,
          jsonDepth,
          numberLength,
          authBytes,
          namespaces,
          namespaceLength,
          failedConnects,
          dynamicNamespaces,
          roomsPerSocket,
          roomLength,
          pendingAcks);
    }
  }
}
