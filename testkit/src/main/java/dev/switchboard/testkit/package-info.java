/**
 * For tests of what is built on Switchboard: a client that needs no port, and a bus that joins
 * servers of one JVM.
 */
@NullMarked
package dev.switchboard.testkit;

import org.jspecify.annotations.NullMarked;
