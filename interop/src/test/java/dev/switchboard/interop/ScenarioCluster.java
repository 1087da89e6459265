package dev.switchboard.interop;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Running scenario servers that were started together. */
record ScenarioCluster(List<ScenarioProcess> nodes) implements AutoCloseable {
  ScenarioCluster {
    nodes = List.copyOf(nodes);
  }

  /** Starts the servers at once and waits until all are ready. */
  static ScenarioCluster start(Map<String, String> environment, ScenarioApp... apps)
      throws InterruptedException {
    return new ScenarioCluster(ScenarioProcess.startAll(environment, apps));
  }

  String url(int node) {
    return nodes.get(node).url();
  }

  /** What they wrote last, for messages. */
  String output() {
    return nodes.stream().map(ScenarioProcess::output).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    nodes.forEach(ScenarioProcess::close);
  }
}
