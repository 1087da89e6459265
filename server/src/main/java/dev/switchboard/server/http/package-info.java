/**
 * Plain HTTP beside Socket.IO on the same port: routes, static files, the official client's files.
 * Knows neither Netty nor Socket.IO.
 */
@NullMarked
package dev.switchboard.server.http;

import org.jspecify.annotations.NullMarked;
