/**
 * Switchboard's servers and the reference's, in real processes, seen by the official clients.
 *
 * <p>The checks themselves are the scripts of {@code node/tests}; the classes here start servers
 * and scripts and turn what the scripts report into tests.
 */
@NullMarked
package dev.switchboard.interop;

import org.jspecify.annotations.NullMarked;
