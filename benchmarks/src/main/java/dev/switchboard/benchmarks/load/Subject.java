package dev.switchboard.benchmarks.load;

import java.io.IOException;
import java.time.Duration;

/** What a load is put on: one server, or two that are one. */
interface Subject extends AutoCloseable {

  /** Where the clients of the load connect. */
  int port();

  /** Where the one connects that asks for broadcasts; the same port if there is one server. */
  int entryPort();

  /** User and system time of all processes, ended threads included. */
  Duration cpu() throws IOException;

  @Override
  void close();
}
