package dev.switchboard.server.engine;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Names for sessions: 20 characters of base64url, of 15 bytes, of which the last three are those of
 * a counter and the rest are random. That is the form of the reference, on whose length its
 * adapters rely. Any thread.
 *
 * <p>Random bytes are fetched for many names at once, per thread: a call of the generator for each
 * would be a good part of a handshake.
 */
final class SessionIds {
  private static final int ID_BYTES = 15;
  private static final int RANDOM_BYTES = 12;
  private static final int IDS_PER_FETCH = 64;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final SecureRandom random = new SecureRandom();
  private final AtomicInteger sequence = new AtomicInteger();
  private final ThreadLocal<Supply> supply = ThreadLocal.withInitial(Supply::new);

  /** A name that nobody can guess, and that was never given before. */
  String next() {
    byte[] id = new byte[ID_BYTES];
    supply.get().take(id);
    int number = sequence.getAndIncrement();
    id[12] = (byte) (number >> 16);
    id[13] = (byte) (number >> 8);
    id[14] = (byte) number;
    return ENCODER.encodeToString(id);
  }

  private final class Supply {
    private final byte[] bytes = new byte[RANDOM_BYTES * IDS_PER_FETCH];
    private int used = bytes.length;

    void take(byte[] to) {
      if (used == bytes.length) {
        random.nextBytes(bytes);
        used = 0;
      }
      System.arraycopy(bytes, used, to, 0, RANDOM_BYTES);
      used += RANDOM_BYTES;
    }
  }
}
