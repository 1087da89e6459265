package dev.switchboard.server.netty;

import dev.switchboard.server.engine.CompressionSettings;
import dev.switchboard.server.engine.LimitSettings;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What all connections of a server share. Immutable.
 *
 * @param maxMessageBytes the greatest request body and WebSocket message for the engine
 * @param maxRouteBodyBytes the greatest request body for a plain HTTP route
 * @param subprotocols which WebSocket subprotocols may be accepted, the most wanted first
 * @param secure whether connections come over TLS
 */
record ServerParts(
    LimitSettings limits,
    CompressionSettings compression,
    ProxySettings proxies,
    String enginePath,
    ExchangeHandler engine,
    RouteRunner routes,
    int maxMessageBytes,
    int maxRouteBodyBytes,
    List<String> subprotocols,
    boolean secure) {

  boolean isEngine(String path) {
    return path.equals(enginePath);
  }

  /** Runs what may block. */
  Executor executor() {
    return routes.executor();
  }
}
