/**
 * What the servers answer to hostile and odd bytes: a kit for raw HTTP and WebSocket, and a table
 * of rows that are played with it.
 */
@NullMarked
package dev.switchboard.interop.wire;

import org.jspecify.annotations.NullMarked;
