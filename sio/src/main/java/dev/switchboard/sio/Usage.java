package dev.switchboard.sio;

/** What {@code --help} says, and what was wrong with the command line. */
final class Usage {
  static final String HELP =
      """
      Usage: sio [OPTION]... URL [EVENT [ARG]...]

      Connects to a Socket.IO server. Without EVENT it prints the events that come, until Ctrl-C.
      With EVENT it emits that, prints the acknowledgement and ends.

        URL    as in http://localhost:3000/namespace?query
        ARG    JSON; hex:00ff or @FILE for binary; anything else is text

      Connection
        -n, --namespace NAME     the namespace, instead of the path of the URL
        -a, --auth JSON          what the server gets as handshake.auth
        -H, --header 'NAME: VALUE'
                                 a header of every request; may be repeated
        -t, --transports LIST    polling, websocket or both (default: polling,websocket)
        -p, --parser NAME        text or msgpack (default: text)
            --path PATH          the path of the handshake (default: /socket.io)
        -k, --insecure           trust any TLS certificate
            --no-reconnect       end when the connection is lost

      Events
        -i, --stdin              emit what standard input says, an event a line: EVENT [ARG]...
                                 (an ARG with blanks in it is JSON in quotes, brackets or braces)
            --no-ack             ask for no acknowledgements
            --timeout TIME       how long to wait for one (default: 5s)
        -d, --duration TIME      how long to print events: 500ms, 10s, 5m, 1h

      Output
        -j, --json               a JSON object a line, for scripts
        -q, --quiet              no progress, no summary, no word about the connection
        -h, --help               show this text

      Exit codes: 0 done, 1 no connection, 2 wrong arguments, 3 no acknowledgement in time,
      4 the connection was lost.
      """;

  private Usage() {}

  /** The command line cannot be followed; the message says what to change. */
  static final class Mistake extends Exception {
    private static final long serialVersionUID = 1L;

    Mistake(String message) {
      super(message, null, false, false);
    }
  }
}
