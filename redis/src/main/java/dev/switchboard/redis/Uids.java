package dev.switchboard.redis;

import java.security.SecureRandom;
import java.util.HexFormat;

/** By what the nodes know each other: 16 hexadecimal digits, anew for each namespace. */
final class Uids {
  private static final SecureRandom random = new SecureRandom();

  private Uids() {}

  static String next() {
    byte[] id = new byte[8];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }
}
