package dev.switchboard.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that says what it is told to, byte by byte. */
final class HostileServer implements AutoCloseable {
  static final String OPEN =
      "0{\"sid\":\"s\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,"
          + "\"maxPayload\":1000000}";

  /** What to do with a connection, whose request has been read. */
  interface Behaviour {
    void serve(Peer peer) throws IOException, InterruptedException;
  }

  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  final List<String> requests = new CopyOnWriteArrayList<>();

  private HostileServer(ServerSocket server) {
    this.server = server;
  }

  static HostileServer start(Behaviour behaviour) {
    try {
      var server = new HostileServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      var acceptor = new Thread(() -> server.accept(behaviour), "hostile");
      acceptor.setDaemon(true);
      acceptor.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  private void accept(Behaviour behaviour) {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        var thread = new Thread(() -> serve(socket, behaviour), "hostile connection");
        thread.setDaemon(true);
        thread.start();
      }
    } catch (IOException e) {
      // closed: the end
    }
  }

  private void serve(Socket socket, Behaviour behaviour) {
    try (socket) {
      var peer = new Peer(socket);
      while (peer.readRequest()) {
        requests.add(peer.request);
        behaviour.serve(peer);
      }
    } catch (IOException | InterruptedException e) {
      // the client went, or the test ends
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One connection. */
  static final class Peer {
    private final InputStream in;
    private final OutputStream out;
    String request = "";

    private Peer(Socket socket) throws IOException {
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    }

    /** Reads up to the end of the headers, and the body if there is one. */
    private boolean readRequest() throws IOException {
      var head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int read = in.read();
        if (read < 0) {
          return false;
        }
        head.write(read);
      }
      request = head.toString(StandardCharsets.ISO_8859_1);
      String length = header("content-length");
      if (!length.isEmpty()) {
        request += new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
      }
      return true;
    }

    String header(String name) {
      return request
          .lines()
          .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).trim())
          .findFirst()
          .orElse("");
    }

    boolean wantsWebSocket() {
      return request.contains("transport=websocket");
    }

    void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    void answer(String status, String headers, String body) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      write(
          "HTTP/1.1 " + status + "\r\nContent-Length: " + bytes.length + "\r\n" + headers + "\r\n");
      out.write(bytes);
      out.flush();
    }

    void ok(String body) throws IOException {
      answer("200 OK", "", body);
    }

    void acceptWebSocket() throws IOException {
      String key = header("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
      try {
        byte[] hash =
            MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
        write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + Base64.getEncoder().encodeToString(hash)
                + "\r\n\r\n");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    void text(String message) throws IOException {
      frame(0x81, message.getBytes(StandardCharsets.UTF_8));
    }

    /** A frame: opcode and FIN bit, then the content. */
    void frame(int first, byte[] content) throws IOException {
      var frame = new ByteArrayOutputStream();
      frame.write(first);
      if (content.length < 126) {
        frame.write(content.length);
      } else if (content.length < 65_536) {
        frame.write(126);
        frame.write(content.length >> 8);
        frame.write(content.length);
      } else {
        frame.write(127);
        for (int shift = 56; shift >= 0; shift -= 8) {
          frame.write((int) ((long) content.length >> shift));
        }
      }
      frame.writeBytes(content);
      out.write(frame.toByteArray());
      out.flush();
    }

    /** Reads and forgets until the client goes. */
    void readToTheEnd() throws IOException {
      in.transferTo(OutputStream.nullOutputStream());
    }

    /** Never reads, nor writes. */
    void hang() throws InterruptedException {
      Thread.currentThread().join();
    }
  }
}
