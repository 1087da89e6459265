/** The examples of README.md and docs/guide.md, compiled and run. */
@NullMarked
package dev.switchboard.guide;

import org.jspecify.annotations.NullMarked;
