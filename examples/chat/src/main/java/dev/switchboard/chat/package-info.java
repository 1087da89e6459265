@NullMarked
package dev.switchboard.chat;

import org.jspecify.annotations.NullMarked;
