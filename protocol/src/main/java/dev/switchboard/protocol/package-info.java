/**
 * The typed constants that servers and clients share: {@link dev.switchboard.protocol.Event} and
 * {@link dev.switchboard.protocol.Call}.
 */
@NullMarked
package dev.switchboard.protocol;

import org.jspecify.annotations.NullMarked;
