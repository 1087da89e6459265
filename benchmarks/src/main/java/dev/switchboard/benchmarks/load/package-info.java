/**
 * A load generator for whole servers: the server is a process of its own on one core, the load
 * comes from one thread on another, and the figure is the server's CPU per message.
 */
@NullMarked
package dev.switchboard.benchmarks.load;

import org.jspecify.annotations.NullMarked;
