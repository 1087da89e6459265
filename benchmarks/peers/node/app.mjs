// The benchmark's events on the Node.js reference server, with its default settings. Prints READY <port>.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  socket.on("bcast", (x) => io.emit("msg", x));
  socket.on("echo", (x) => socket.emit("echo", x));
  socket.on("ack", (x, ack) => ack(x));
  // What a handler that waits for a database looks like on this server: a timer, no thread.
  socket.on("sleep", (ms, ack) => setTimeout(ack, ms));
});

http.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`READY ${http.address().port}`));
process.on("SIGTERM", () => process.exit(0));
