package dev.switchboard.chat;

/** The chat does not do what a client asked for; the message is for the person who asked. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Refused(String message) {
    super(message, null, false, false);
  }
}
