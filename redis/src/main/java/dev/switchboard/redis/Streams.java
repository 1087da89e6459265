package dev.switchboard.redis;

import dev.switchboard.protocol.cluster.AdapterContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one factory: one reader and one publisher each, shared by the namespaces that have
 * it. Any thread; entries are handed on by the readers' threads.
 */
final class Streams {
  private static final long TICK_MILLIS = 100;

  private final RedisConnections connections;
  private final StreamsSettings settings;
  private final StreamNames names;
  private final Map<String, StreamsAdapter> adapters = new ConcurrentHashMap<>();
  private final List<Lane> lanes = new ArrayList<>();
  private final List<StreamReader> stray = new ArrayList<>();

  /** When an entry of a stray stream was seen last; 0 if none was. */
  private volatile long strayNanos;

  Streams(RedisConnections connections, StreamsSettings settings) {
    this.connections = connections;
    this.settings = settings;
    this.names = new StreamNames(settings);
    names.all().forEach(name -> lanes.add(new Lane(name)));
    names
        .stray()
        .forEach(name -> stray.add(new StreamReader(name, connections, settings, new Stray())));
    connections.onCommandsDown(() -> lanes.forEach(lane -> lane.publisher.disconnected()));
    connections
        .timers()
        .scheduleWithFixedDelay(
            () -> lanes.forEach(lane -> lane.publisher.tick()),
            TICK_MILLIS,
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);
    lanes.forEach(lane -> lane.reader.start());
    stray.forEach(StreamReader::start);
  }

  StreamsAdapter create(AdapterContext context) {
    Lane lane = lanes.get(names.indexOf(context.namespace()));
    StreamsAdapter adapter = new StreamsAdapter(context, settings, connections, this, lane);
    synchronized (lane.reader.lock()) {
      adapters.put(context.namespace(), adapter);
      StreamId end = lane.reader.position();
      if (end != null) {
        adapter.started(end);
      }
    }
    return adapter;
  }

  void remove(StreamsAdapter adapter) {
    adapters.remove(adapter.namespace(), adapter);
    adapter.lane().publisher.forget(adapter.uid());
  }

  /**
   * Whether a node of the reference may have written to a stream that its other nodes do not read,
   * for this namespace and within that time: then its stream does not tell what was missed.
   */
  boolean mayBeStray(String namespace, Duration within) {
    long seen = strayNanos;
    return names.isStrayForTheReference(namespace)
        && seen != 0
        && System.nanoTime() - seen < within.toNanos();
  }

  void close() {
    lanes.forEach(
        lane -> {
          lane.publisher.close();
          lane.reader.close();
        });
    stray.forEach(StreamReader::close);
  }

  private @Nullable StreamsAdapter adapterOf(@Nullable StreamFields fields) {
    if (fields == null) {
      // of no namespace; to be told of to somebody
      adapters.values().stream()
          .findAny()
          .ifPresent(adapter -> adapter.malformed("an entry of a stream that has no namespace"));
      return null;
    }
    return adapters.get(fields.entry().nsp());
  }

  /** One stream that we write to and read. */
  final class Lane implements StreamReader.Sink {
    final String stream;
    final StreamReader reader;
    final StreamPublisher publisher;

    private Lane(String stream) {
      this.stream = stream;
      this.reader = new StreamReader(stream, connections, settings, this);
      this.publisher = new StreamPublisher(stream, connections, settings, reader.lock());
    }

    @Override
    public void started(StreamId end) {
      adapters.values().stream()
          .filter(adapter -> adapter.lane() == this)
          .forEach(adapter -> adapter.started(end));
      publisher.start();
    }

    @Override
    public void entry(StreamId id, @Nullable Map<byte[], byte[]> body) {
      StreamFields fields = StreamFields.of(body);
      StreamsAdapter adapter = adapterOf(fields);
      if (adapter != null && fields != null) {
        adapter.entry(id, fields, adapter.lane() == this);
      }
    }

    @Override
    public void gap() {
      adapters.values().stream()
          .filter(adapter -> adapter.lane() == this)
          .forEach(StreamsAdapter::gap);
      publisher.gap();
    }
  }

  /** A stream that nodes of the reference write to by mistake. */
  private final class Stray implements StreamReader.Sink {
    @Override
    public void started(StreamId end) {
      if (!end.equals(StreamId.START)) {
        seen();
      }
    }

    @Override
    public void entry(StreamId id, @Nullable Map<byte[], byte[]> body) {
      seen();
      StreamFields fields = StreamFields.of(body);
      StreamsAdapter adapter = adapterOf(fields);
      if (adapter != null && fields != null) {
        adapter.entry(id, fields, false);
      }
    }

    @Override
    public void gap() {
      seen();
    }

    private void seen() {
      strayNanos = System.nanoTime() | 1; // never 0
    }
  }
}
