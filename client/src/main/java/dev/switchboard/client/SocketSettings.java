package dev.switchboard.client;

import dev.switchboard.protocol.json.Json;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What each socket has of its own, also where several share a connection.
 *
 * @param retries how often an event is sent again; 0 if none is
 */
record SocketSettings(
    Auth auth,
    Json json,
    LimitSettings limits,
    @Nullable Duration ackTimeout,
    int retries,
    ListenerThreads threads) {}
