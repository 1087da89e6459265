package dev.switchboard.protocol.socket;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO packet. Whether it has binary in it is the parser's concern: there is one kind of
 * event and one kind of ack.
 */
public sealed interface Packet {
  /** The id of a packet that asks for no acknowledgement. */
  long NO_ID = -1;

  /** The namespace, with its leading slash. */
  String namespace();

  /**
   * Asks to join a namespace, or confirms it.
   *
   * @param data the object sent along (auth, or sid and pid), or null
   */
  record Connect(String namespace, @Nullable Object data) implements Packet {
    public Connect {
      Objects.requireNonNull(namespace, "namespace");
    }
  }

  /**
   * Refuses a namespace.
   *
   * @param data an object or a text, read or to be written
   */
  record ConnectError(String namespace, @Nullable Object data) implements Packet {
    public ConnectError {
      Objects.requireNonNull(namespace, "namespace");
    }
  }

  /** Leaves a namespace. */
  record Disconnect(String namespace) implements Packet {
    public Disconnect {
      Objects.requireNonNull(namespace, "namespace");
    }
  }

  /**
   * An event.
   *
   * @param id the id to acknowledge, or {@link #NO_ID}
   */
  record Event(String namespace, String name, Args args, long id) implements Packet {
    public Event {
      Objects.requireNonNull(namespace, "namespace");
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(args, "args");
    }

    public boolean wantsAck() {
      return id != NO_ID;
    }
  }

  /** The acknowledgement of an event. */
  record Ack(String namespace, Args args, long id) implements Packet {
    public Ack {
      Objects.requireNonNull(namespace, "namespace");
      Objects.requireNonNull(args, "args");
    }
  }
}
