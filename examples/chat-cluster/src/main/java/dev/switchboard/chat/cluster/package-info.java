/** The chat on several nodes: one node, and what starts, watches and ends several of them. */
@NullMarked
package dev.switchboard.chat.cluster;

import org.jspecify.annotations.NullMarked;
