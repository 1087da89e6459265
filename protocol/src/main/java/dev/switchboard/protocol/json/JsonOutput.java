package dev.switchboard.protocol.json;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a packet is written: UTF-8 text, and the binary found on the way. Used by one thread, once.
 */
public final class JsonOutput extends ByteArrayOutputStream {
  private final List<byte[]> attachments = new ArrayList<>(0);

  public JsonOutput() {
    super(128);
  }

  /** The binary found so far, in the order of its placeholders. */
  public List<byte[]> attachments() {
    return attachments;
  }
}
