/** A real browser for tests, driven over the DevTools protocol. */
@NullMarked
package dev.switchboard.browser;

import org.jspecify.annotations.NullMarked;
