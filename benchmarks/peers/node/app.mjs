// The benchmark's events on the Node.js reference server, with its default settings; with ADAPTER=classic as
// one of several over the Redis of REDIS_URL. Prints READY <port>.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { adapter: await adapter() });

async function adapter() {
  if (process.env.ADAPTER !== "classic") return undefined;
  const { createAdapter } = await import("@socket.io/redis-adapter");
  const { createClient } = await import("redis");
  const publisher = createClient({ url: process.env.REDIS_URL });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return createAdapter(publisher, subscriber);
}

io.on("connection", (socket) => {
  socket.on("bcast", (x) => io.emit("msg", x));
  socket.on("echo", (x) => socket.emit("echo", x));
  socket.on("ack", (x, ack) => ack(x));
  // What a handler that waits for a database looks like on this server: a timer, no thread.
  socket.on("sleep", (ms, ack) => setTimeout(ack, ms));
});

http.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`READY ${http.address().port}`));
process.on("SIGTERM", () => process.exit(0));
