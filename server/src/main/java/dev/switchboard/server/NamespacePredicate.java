package dev.switchboard.server;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a namespace that a client asks for is created. Called on an event loop, so it
 * must not block; the answer may come later.
 */
@FunctionalInterface
public interface NamespacePredicate {
  /**
   * Whether the namespace may be created.
   *
   * @param name the namespace's name, with its leading slash
   * @param auth the client's authentication data
   * @return a stage that fails means no
   */
  CompletionStage<Boolean> test(String name, Map<String, @Nullable Object> auth);
}
