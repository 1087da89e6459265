package dev.switchboard.chaos;

import static dev.switchboard.chaos.Figures.seconds;
import static dev.switchboard.chaos.Figures.tell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.switchboard.redis.Redis;
import dev.switchboard.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Redis answers, but refuses what is asked: C10. */
@Timeout(300)
class RedisRefusalIT {
  /** How Redis is brought to refuse, and back. */
  private enum Refusal {
    OOM {
      @Override
      void begin(RedisProcess redis) throws IOException {
        ok(redis.ask("CONFIG SET maxmemory 1"));
      }

      @Override
      void end(RedisProcess redis) throws IOException {
        ok(redis.ask("CONFIG SET maxmemory 0"));
      }
    },

    /** It cannot write its file, since a folder has that name. */
    MISCONF {
      @Override
      void begin(RedisProcess redis) throws IOException {
        Files.createDirectory(redis.folder().resolve("dump.rdb"));
        ok(redis.ask("CONFIG SET save \"3600 1\""));
        assertThat(redis.ask("BGSAVE")).startsWith("+Background");
        await("the save to fail")
            .atMost(Figures.PATIENCE)
            .until(() -> redis.ask("INFO persistence").contains("rdb_last_bgsave_status:err"));
      }

      @Override
      void end(RedisProcess redis) throws IOException {
        ok(redis.ask("CONFIG SET stop-writes-on-bgsave-error no"));
      }
    },

    READONLY {
      @Override
      void begin(RedisProcess redis) throws IOException {
        ok(redis.ask("REPLICAOF 127.0.0.1 1"));
      }

      @Override
      void end(RedisProcess redis) throws IOException {
        ok(redis.ask("REPLICAOF NO ONE"));
      }
    },

    NOAUTH {
      @Override
      void begin(RedisProcess redis) throws IOException {
        ok(redis.ask("CONFIG SET requirepass secret\r\nCLIENT KILL TYPE pubsub"));
        assertThat(redis.ask("AUTH secret\r\nCLIENT KILL TYPE normal")).startsWith("+OK");
      }

      @Override
      void end(RedisProcess redis) throws IOException {
        ok(redis.ask("AUTH secret\r\nCONFIG SET requirepass \"\""));
      }
    },

    /** It starts with a file that takes seconds to load. */
    LOADING {
      @Override
      void begin(RedisProcess redis) throws Exception {
        ok(redis.ask("DEBUG POPULATE 50000"));
        ok(redis.ask("SAVE"));
        redis.kill();
        redis.restart();
        assertThat(redis.ask("PING")).startsWith("-LOADING");
      }

      @Override
      void end(RedisProcess redis) {
        await("the file to be loaded")
            .atMost(Figures.PATIENCE)
            .until(() -> redis.ask("PING").startsWith("+PONG"));
      }
    };

    /** So that it takes seconds. */
    static final String[] OPTIONS = {
      "--enable-debug-command",
      "yes",
      "--key-load-delay",
      "100",
      "--loading-process-events-interval-bytes",
      "1024"
    };

    /** Whether subscriptions live on. */
    boolean keepsConnections() {
      return this != NOAUTH && this != LOADING;
    }

    abstract void begin(RedisProcess redis) throws Exception;

    abstract void end(RedisProcess redis) throws IOException;

    private static void ok(String answer) {
      assertThat(answer).startsWith("+OK");
    }
  }

  static Stream<Arguments> c10ItIsToldAndNotTriedWithoutEnd() {
    return Stream.of(Refusal.values())
        .flatMap(
            refusal -> Stream.of(AdapterKind.values()).map(kind -> Arguments.of(refusal, kind)))
        .filter(
            one ->
                Figures.FULL
                    || List.of(Refusal.OOM, AdapterKind.STREAMS).equals(List.of(one.get())));
  }

  @ParameterizedTest
  @MethodSource
  void c10ItIsToldAndNotTriedWithoutEnd(Refusal refusal, AdapterKind kind) throws Exception {
    var faults = new Faults();
    var size = new Nodes.Size(2, 10, 10, 100);
    try (RedisProcess redis = RedisProcess.start(Refusal.OPTIONS);
        Nodes nodes =
            Nodes.start(
                kind,
                () -> Redis.at(redis.uri()).with(settings -> settings.listener(faults)),
                size)) {
      nodes.publish(size.perSecond());
      Thread.sleep(500);
      long before = commands(redis);
      long start = System.nanoTime();
      refusal.begin(redis);
      Thread.sleep(seconds(5, 2).toMillis());
      double lasted = (System.nanoTime() - start) / 1e9;
      refusal.end(redis);
      long during = commands(redis) - before;
      nodes.awaitDelivery();
      Traffic.Report report = nodes.finish();
      tell(
          "C10 " + kind.word() + " " + refusal,
          "refused %.0f commands/s, told %d times, lost %d of %d",
          during / lasted,
          faults.failures().size(),
          report.lost().size(),
          report.delivered());
      assertThat(report.disorder()).isEqualTo("doubled 0, reordered 0, leaked 0");
      assertThat(report.lost()).allMatch(Traffic.Loss::isRemote);
      if (refusal.keepsConnections() || (kind.isLossless() && refusal != Refusal.LOADING)) {
        assertThat(report.lost()).isEmpty();
      }
      if (kind.isLossless()) {
        assertThat(faults.failures().size() + faults.losses()).isPositive();
      }
      assertThat(faults.failures().size()).as("told a change, not a try").isLessThan(40);
      assertThat(during / lasted).as("refused commands a second").isLessThan(40 * size.nodes());
    }
  }

  /** How many commands Redis has refused. */
  private static long commands(RedisProcess redis) throws IOException {
    String password = "AUTH secret\r\nINFO errorstats";
    return redis
        .ask(redis.ask("PING").startsWith("-NOAUTH") ? password : "INFO errorstats")
        .lines()
        .filter(line -> line.startsWith("errorstat_"))
        .filter(line -> !line.startsWith("errorstat_ERR"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf("count=") + 6)))
        .sum();
  }
}
