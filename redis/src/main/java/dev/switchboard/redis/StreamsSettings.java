package dev.switchboard.redis;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Settings of the streams adapter. All but {@code readCount}, {@code blockTime}, {@code
 * sessionSnapshots} and the two about the queue must be the same on all nodes and emitters; the
 * defaults are the reference's unless said otherwise.
 *
 * @param streamName the stream that the messages go through, or what the names of several begin
 *     with; default {@code socket.io}
 * @param streamCount how many streams there are; each namespace has one of them, by its name;
 *     default 1. Each takes a connection of its own to read
 * @param maxLen about how many entries Redis keeps of each stream, and how many of them this node
 *     keeps in memory for clients that come back; default 10,000
 * @param readCount how many entries are read at a time; default 100
 * @param blockTime how long one read waits for news; default 5 s
 * @param onlyPlaintext whether binary is written as Node's JSON has it instead of as msgpack;
 *     default false
 * @param channelPrefix what the channels of requests and answers, which do not go through the
 *     stream, begin with; default {@code socket.io}
 * @param useShardedPubSub whether these are shard channels, of Redis 7 and later; default false
 * @param sessionKeyPrefix what the keys of sessions to be resumed begin with; default {@code
 *     sio:session:}
 * @param sessionSnapshots whether sessions are also kept while their clients are connected, so that
 *     they outlive a node that ends without a word; default false. It costs a write for each client
 *     now and then; the reference has no such thing, but its nodes resume these sessions too
 * @param maxQueuedMessages how many messages wait for Redis while it is away; further ones fail,
 *     and reach the sockets of this node alone; default 10,000. The reference has no queue
 * @param maxQueuedBytes how many bytes wait for Redis; default 16 MiB
 */
public record StreamsSettings(
    String streamName,
    int streamCount,
    int maxLen,
    int readCount,
    Duration blockTime,
    boolean onlyPlaintext,
    String channelPrefix,
    boolean useShardedPubSub,
    String sessionKeyPrefix,
    boolean sessionSnapshots,
    int maxQueuedMessages,
    long maxQueuedBytes) {
  public static final StreamsSettings DEFAULT =
      new StreamsSettings(
          "socket.io",
          1,
          10_000,
          100,
          Duration.ofSeconds(5),
          false,
          "socket.io",
          false,
          "sio:session:",
          false,
          10_000,
          16L << 20);

  public StreamsSettings {
    notEmpty(streamName, "streamName");
    notEmpty(channelPrefix, "channelPrefix");
    notEmpty(sessionKeyPrefix, "sessionKeyPrefix");
    atLeastOne(streamCount, "streamCount");
    atLeastOne(maxLen, "maxLen");
    atLeastOne(readCount, "readCount");
    atLeastOne(maxQueuedMessages, "maxQueuedMessages");
    atLeastOne(maxQueuedBytes, "maxQueuedBytes");
    Objects.requireNonNull(blockTime, "blockTime");
    if (blockTime.toMillis() < 1) {
      throw new IllegalArgumentException("blockTime must be at least 1 ms, not " + blockTime);
    }
  }

  public StreamsSettings streamName(String value) {
    return with(copy -> copy.streamName = value);
  }

  public StreamsSettings streamCount(int value) {
    return with(copy -> copy.streamCount = value);
  }

  public StreamsSettings maxLen(int value) {
    return with(copy -> copy.maxLen = value);
  }

  public StreamsSettings readCount(int value) {
    return with(copy -> copy.readCount = value);
  }

  public StreamsSettings blockTime(Duration value) {
    return with(copy -> copy.blockTime = value);
  }

  public StreamsSettings onlyPlaintext(boolean value) {
    return with(copy -> copy.onlyPlaintext = value);
  }

  public StreamsSettings channelPrefix(String value) {
    return with(copy -> copy.channelPrefix = value);
  }

  public StreamsSettings useShardedPubSub(boolean value) {
    return with(copy -> copy.useShardedPubSub = value);
  }

  public StreamsSettings sessionKeyPrefix(String value) {
    return with(copy -> copy.sessionKeyPrefix = value);
  }

  public StreamsSettings sessionSnapshots(boolean value) {
    return with(copy -> copy.sessionSnapshots = value);
  }

  public StreamsSettings maxQueuedMessages(int value) {
    return with(copy -> copy.maxQueuedMessages = value);
  }

  public StreamsSettings maxQueuedBytes(long value) {
    return with(copy -> copy.maxQueuedBytes = value);
  }

  private StreamsSettings with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.toSettings();
  }

  /** The settings while one of them is changed. */
  private static final class Copy {
    String streamName;
    int streamCount;
    int maxLen;
    int readCount;
    Duration blockTime;
    boolean onlyPlaintext;
    String channelPrefix;
    boolean useShardedPubSub;
    String sessionKeyPrefix;
    boolean sessionSnapshots;
    int maxQueuedMessages;
    long maxQueuedBytes;

    Copy(StreamsSettings settings) {
      streamName = settings.streamName;
      streamCount = settings.streamCount;
      maxLen = settings.maxLen;
      readCount = settings.readCount;
      blockTime = settings.blockTime;
      onlyPlaintext = settings.onlyPlaintext;
      channelPrefix = settings.channelPrefix;
      useShardedPubSub = settings.useShardedPubSub;
      sessionKeyPrefix = settings.sessionKeyPrefix;
      sessionSnapshots = settings.sessionSnapshots;
      maxQueuedMessages = settings.maxQueuedMessages;
      maxQueuedBytes = settings.maxQueuedBytes;
    }

    StreamsSettings toSettings() {
      return new StreamsSettings(
          streamName,
          streamCount,
          maxLen,
          readCount,
          blockTime,
          onlyPlaintext,
          channelPrefix,
          useShardedPubSub,
          sessionKeyPrefix,
          sessionSnapshots,
          maxQueuedMessages,
          maxQueuedBytes);
    }
  }

  private static void notEmpty(String value, String name) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException(name + " must not be empty");
    }
  }

  private static void atLeastOne(long value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value);
    }
  }
}
