@NullMarked
package dev.switchboard.interop;

import org.jspecify.annotations.NullMarked;
