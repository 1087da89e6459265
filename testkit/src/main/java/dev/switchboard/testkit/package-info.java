@NullMarked
package dev.switchboard.testkit;

import org.jspecify.annotations.NullMarked;
