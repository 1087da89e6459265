package dev.switchboard.benchmarks;

import dev.switchboard.protocol.json.Json;
import dev.switchboard.protocol.socket.Args;
import dev.switchboard.protocol.socket.EncodedPacket;
import dev.switchboard.protocol.socket.Packet;
import dev.switchboard.protocol.socket.PacketDecoder;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do writing and reading a small event cost, how much of it is the argument, and what does
 * sending an argument on unread save?
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {

  private static final String ARGUMENT = "x".repeat(64);
  private static final String MESSAGE = "2[\"msg\",\"" + ARGUMENT + "\"]";

  private final Parser parser = Parser.text(Json.create());
  private final PacketDecoder decoder = parser.newDecoder(ParserLimits.DEFAULT);

  @Benchmark
  public EncodedPacket encode() {
    return parser.encode(new Packet.Event("/", "msg", Args.of(ARGUMENT), Packet.NO_ID));
  }

  @Benchmark
  public @Nullable Packet decode() {
    return decoder.text(MESSAGE);
  }

  @Benchmark
  public @Nullable String decodeAndReadTheArgument() {
    return event().args().get(0, String.class);
  }

  @Benchmark
  public EncodedPacket decodeAndSendTheArgumentOn() {
    Args args = Args.ofList(event().args().values());
    return parser.encode(new Packet.Event("/", "echo", args, Packet.NO_ID));
  }

  private Packet.Event event() {
    if (decoder.text(MESSAGE) instanceof Packet.Event event) {
      return event;
    }
    throw new IllegalStateException("no event: " + MESSAGE);
  }
}
