/**
 * What the nodes of a cluster tell each other, and the {@link
 * dev.switchboard.protocol.cluster.Adapter} that carries it.
 */
@NullMarked
package dev.switchboard.protocol.cluster;

import org.jspecify.annotations.NullMarked;
