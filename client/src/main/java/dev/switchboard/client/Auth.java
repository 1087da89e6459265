package dev.switchboard.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a socket says of itself when it connects; asked where listeners run, and may block. */
@FunctionalInterface
interface Auth {
  Auth NONE = () -> CompletableFuture.completedFuture(null);

  CompletionStage<? extends @Nullable Object> ask();
}
