/**
 * Engine.IO sessions of a client: both transports, the upgrade between them, and the heartbeat. It
 * carries text and bytes and knows no namespace.
 */
@NullMarked
package dev.switchboard.client.engine;

import org.jspecify.annotations.NullMarked;
