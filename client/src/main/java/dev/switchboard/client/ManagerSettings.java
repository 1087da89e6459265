package dev.switchboard.client;

import dev.switchboard.client.engine.EngineSettings;
import dev.switchboard.protocol.socket.Parser;
import dev.switchboard.protocol.socket.ParserLimits;
import java.time.Duration;

/**
 * All that makes one connection what it is: sockets for which it is equal can share one.
 *
 * @param origin scheme {@code http} or {@code https}, host and port
 */
record ManagerSettings(
    String origin,
    EngineSettings engine,
    ReconnectionSettings reconnection,
    Duration timeout,
    Parser parser,
    ParserLimits parserLimits) {}
