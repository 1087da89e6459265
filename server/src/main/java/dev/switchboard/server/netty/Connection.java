package dev.switchboard.server.netty;

/** An open connection, as the list of a loop's connections knows it. All on its loop. */
interface Connection {
  /** Where the connection stands in its loop's list. */
  int slot();

  void slot(int slot);

  /** The server closes: end as soon as what is under way is done. */
  void shutDown();
}
