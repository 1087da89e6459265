package dev.switchboard.server.netty;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A network: an address and how many of its leading bits count.
 *
 * @param address the network's address
 * @param bits 0 to 32, or to 128 for IPv6
 */
public record Cidr(InetAddress address, int bits) {
  public Cidr {
    int max = address.getAddress().length * Byte.SIZE;
    if (bits < 0 || bits > max) {
      throw new IllegalArgumentException(
          "the prefix of " + address.getHostAddress() + " must be 0 to " + max + ", not " + bits);
    }
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/8}, or a single address.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    if (bytes == null) {
      throw new IllegalArgumentException(
          "expected an IP address or a network such as 10.0.0.0/8, not " + text);
    }
    try {
      InetAddress address = InetAddress.getByAddress(bytes);
      int bits = slash < 0 ? bytes.length * Byte.SIZE : Integer.parseInt(text.substring(slash + 1));
      return new Cidr(address, bits);
    } catch (UnknownHostException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "expected an IP address or a network such as 10.0.0.0/8, not " + text, e);
    }
  }

  /** Whether the address lies in this network. */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit += Byte.SIZE) {
      int counting = Math.min(Byte.SIZE, bits - bit);
      int mask = 0xff << (Byte.SIZE - counting);
      if (((mine[bit / Byte.SIZE] ^ theirs[bit / Byte.SIZE]) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }
}
