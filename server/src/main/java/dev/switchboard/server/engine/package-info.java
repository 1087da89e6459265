/**
 * Engine.IO sessions: handshake, polling, WebSocket, upgrade, heartbeat, outbox. Knows neither
 * Netty nor Socket.IO.
 */
@NullMarked
package dev.switchboard.server.engine;

import org.jspecify.annotations.NullMarked;
