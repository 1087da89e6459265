/**
 * Clusters under faults: nodes and Redis servers that die, hang, refuse and move, while messages
 * are counted. {@code docs/chaos.md} lists the rows.
 */
@NullMarked
package dev.switchboard.chaos;

import org.jspecify.annotations.NullMarked;
