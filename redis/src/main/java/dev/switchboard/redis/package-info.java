/** Adapters over Redis that interoperate with those of the reference. */
@NullMarked
package dev.switchboard.redis;

import org.jspecify.annotations.NullMarked;
