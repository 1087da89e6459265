package dev.switchboard.client;

import java.util.concurrent.TimeUnit;

/** A program that uses a client, and whose {@code main} returns without closing it. */
final class ShortProgram {
  private ShortProgram() {}

  public static void main(String[] args) {
    ClientSocket socket = SocketIoClient.connect(args[0]);
    socket.on("tick", tick -> {});
    System.out.println(socket.call("ask", "hi").orTimeout(20, TimeUnit.SECONDS).join().get(0));
  }
}
