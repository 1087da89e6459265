// The scenario app on the Node.js reference server. ScenarioServer is the same on Switchboard; both
// are selected by the same environment variables (CONTROL.md says what each profile does):
//
//   PROFILE   which app (see `profiles` below)            default: cluster
//   PORT      TCP port, 0 = any                            default: 0
//   HOST      address to bind                              default: 127.0.0.1
//   NODE_NAME name reported by the control events          default: node-<pid>
//   NSP       main namespace, profile java-client only     default: /
//   SSL_KEY / SSL_CERT  PEM files, profile java-client     default: plain HTTP
//   REDIS_URL, ADAPTER (none|classic|sharded|streams), ADAPTER_OPTS (JSON),
//   RECOVERY=1  profile cluster
//   EIO3=1, PARSER=msgpack, PING_INTERVAL, PING_TIMEOUT   every Socket.IO profile
//   TRACE=disconnects, LIMITS (JSON)  profiles badinput
//   ENDS_WITH_STDIN=1  ends when its standard input does
//
// When the server accepts connections, exactly one line is printed on stdout:
//   READY <port>
// SIGTERM ends the process.
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { readFileSync } from "node:fs";
import { req } from "./lib/deps.mjs";

const env = process.env;
const profile = env.PROFILE || "cluster";
const node = env.NODE_NAME || `node-${process.pid}`;
const host = env.HOST || "127.0.0.1";

const { Server: Engine } = req("engine.io");
const { Server } = req("socket.io");

// what may be set for each Socket.IO profile; wins over the profile's own settings
const overrides = {
  ...(env.EIO3 ? { allowEIO3: true } : {}),
  ...(env.PARSER === "msgpack" ? { parser: req("socket.io-msgpack-parser") } : {}),
  ...(env.PING_INTERVAL ? { pingInterval: Number(env.PING_INTERVAL) } : {}),
  ...(env.PING_TIMEOUT ? { pingTimeout: Number(env.PING_TIMEOUT) } : {}),
};
const serve = (options) => new Server(httpServer, { ...options, ...overrides });

// of the limits, those that Node's HTTP server has
const limits = JSON.parse(env.LIMITS || "{}");
const timeouts = {
  ...(limits.headersTimeoutMs ? { headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: 100 } : {}),
  ...(limits.bodyTimeoutMs ? { requestTimeout: limits.bodyTimeoutMs, connectionsCheckingInterval: 100 } : {}),
};
const notFound = (_request, response) => response.writeHead(404).end();
const httpServer =
  env.SSL_KEY && env.SSL_CERT
    ? createTlsServer({ key: readFileSync(env.SSL_KEY), cert: readFileSync(env.SSL_CERT) }, notFound)
    : createServer(timeouts, notFound);

/* ---------- Engine.IO level profiles ---------- */

function engineEcho(options) {
  const engine = new Engine({ pingInterval: 300, pingTimeout: 200, cors: { origin: "*" }, ...options });
  engine.attach(httpServer, { path: "/engine.io" });
  engine.on("connection", (s) => s.on("data", (data) => s.send(data)));
}

function engineClientSuite() {
  const engine = new Engine({
    pingInterval: 500,
    maxHttpBufferSize: 100,
    allowRequest: (request, done) => {
      const denied = new URL(request.url, "http://x").searchParams.has("deny");
      done(null, !denied);
    },
  });
  engine.attach(httpServer, { path: "/engine.io" });
  engine.on("initial_headers", (headers) => {
    const now = new Date().toUTCString();
    headers["set-cookie"] = [
      "1=1; Max-Age=86400",
      "2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
      "3=3; Max-Age=0",
      `4=4; Expires=${now}`,
    ];
  });
  engine.on("connection", (s) => {
    s.send("hi");
    s.on("message", (data) => {
      switch (data) {
        case "give binary":
          return s.send(Buffer.from([0, 1, 2, 3, 4]));
        case "give utf8":
          return s.send("пойду спать всем спокойной ночи");
        case "sendHeaders":
          // headers of the POST request that carried this very message
          return s.send(JSON.stringify(s.transport?.dataReq?.headers));
        default:
          return s.send(data);
      }
    });
  });
}

/* ---------- Socket.IO level profiles ---------- */

function protocolSuite() {
  const io = serve({
    pingInterval: 300,
    pingTimeout: 200,
    connectTimeout: 1000,
    cors: { origin: "*" },
  });
  const greet = (s) => s.emit("auth", s.handshake.auth);
  io.on("connection", (s) => {
    greet(s);
    s.on("message", (...args) => s.emit("message-back", ...args));
    s.on("message-with-ack", (...args) => args.pop()(...args));
  });
  io.of("/custom").on("connection", greet);
}

function clientSuite() {
  const io = serve({
    pingInterval: 2000,
    connectionStateRecovery: {},
    allowRequest: (_request, done) => setTimeout(() => done(null, true), 10),
  });
  const bin = () => Buffer.from("asdfasdf");
  const isBin = (v) => Buffer.isBuffer(v);

  for (const quiet of ["/timeout_socket", "/valid", "/asd"]) io.of(quiet).on("connection", () => {});
  io.of("/foo").on("connection", (s) => s.on("getId", (cb) => cb(s.id)));
  io.of("/abc").on("connection", (s) => s.emit("handshake", s.handshake));
  io.of("/no").use((_s, next) => next(new Error("Auth failed (custom namespace)")));
  io.use((s, next) =>
    s.handshake.query.fail ? next(new Error("Auth failed (main namespace)")) : next(),
  );

  io.on("connection", (s) => {
    const seen = { abuff1: false, blob1: false, blob2: false };
    const reply = {
      hi: () => s.emit("hi"),
      echo: (arg, cb) => cb(arg),
      ack: () => s.emit("ack", (a, b) => a === 5 && b.test && s.emit("got it")),
      getAckDate: (_arg, cb) => cb(new Date()),
      getDate: () => s.emit("takeDate", new Date()),
      getDateObj: () => s.emit("takeDateObj", { date: new Date() }),
      getUtf8: () =>
        ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"].forEach((t) =>
          s.emit("takeUtf8", t),
        ),
      false: () => s.emit("false", false),
      doge: () => s.emit("doge", bin()),
      getbin: () => s.emit("takebin", bin()),
      buffa: (a) => isBin(a) && s.emit("buffack"),
      jsonbuff: (a) =>
        a.hello === "lol" && isBin(a.message) && a.goodbye === "gotcha" && s.emit("jsonbuff-ack"),
      abuff1: (a) => (seen.abuff1 = isBin(a)),
      abuff2: () => seen.abuff1 && s.emit("abuff2-ack"),
      blob: (a) => isBin(a) && s.emit("back"),
      jsonblob: (a) =>
        a.hello === "lol" && isBin(a.message) && a.goodbye === "gotcha" && s.emit("jsonblob-ack"),
      blob1: (a) => (seen.blob1 = isBin(a)),
      blob2: (a) => (seen.blob2 = seen.blob1 && a === "second"),
      blob3: (a) => isBin(a) && seen.blob1 && seen.blob2 && s.emit("blob3-ack"),
      getHandshake: (cb) => cb(s.handshake),
      getId: (cb) => cb(s.id),
    };
    for (const [event, handler] of Object.entries(reply)) s.on(event, handler);
  });
}

function javaClientSuite() {
  const io = serve({ pingInterval: 2000 });
  const main = env.NSP || "/";
  const foo = io.of("/foo");
  foo.on("connection", (s) => s.on("room", (...args) => foo.to(s.id).emit("roomBack", ...args)));
  for (const quiet of ["/timeout_socket", "/valid", "/asd"]) io.of(quiet).on("connection", () => {});
  io.of("/abc").on("connection", (s) => s.emit("handshake", s.handshake));
  io.of("/no").use((_s, next) => next(Object.assign(new Error("auth failed"), { data: { a: "b", c: 3 } })));

  io.of(main).on("connection", (s) => {
    s.send("hello client");
    s.on("message", (...args) => s.send(...args));
    s.on("echo", (...args) => s.emit("echoBack", ...args));
    s.on("ack", (...args) => args.pop()(...args));
    s.on("callAck", () => s.emit("ack", (...args) => s.emit("ackBack", ...args)));
    s.on("callAckBinary", () => s.emit("ack", (buf) => s.emit("ackBack", buf)));
    s.on("getAckBinary", (_data, cb) => cb(Buffer.from("huehue")));
    s.on("getAckDate", (_data, cb) => cb(new Date()));
    s.on("broadcast", (...args) => s.broadcast.emit("broadcastBack", ...args));
    s.on("room", (arg) => io.to(s.id).emit("roomBack", arg)); // main namespace on purpose
    s.on("requestDisconnect", () => s.disconnect());
    s.on("getHandshake", (cb) => cb(s.handshake));
  });

  // echo the request header X-SocketIO in the response (polling and WebSocket)
  const tag = (headers, request) => {
    const value = request.headers["x-socketio"];
    if (value) headers["X-SocketIO"] = value;
  };
  io.engine.on("headers", tag);
}

const unlessDenied = (request, done) => done(null, !new URL(request.url, "http://x").searchParams.has("deny"));

function badInput(options = {}) {
  const io = serve({
    pingInterval: 20000,
    pingTimeout: 5000,
    connectTimeout: 1500,
    upgradeTimeout: 1000,
    maxHttpBufferSize: 10000,
    cleanupEmptyChildNamespaces: true,
    serveClient: false,
    ...options,
  });
  const handlers = (s) => {
    if (env.TRACE === "disconnects") s.on("disconnect", (reason) => console.log(`DISCONNECT ${s.id} ${reason}`));
    s.on("echo", (...args) => {
      const cb = args.at(-1);
      if (typeof cb === "function") cb(...args.slice(0, -1));
      else s.emit("echo", ...args);
    });
    s.on("kind", (value, cb) => {
      const kind = Buffer.isBuffer(value) ? "binary" : value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
      if (typeof cb === "function") cb(kind);
      else s.emit("kind", kind);
    });
    s.on("ask", () => s.emit("asked", (...args) => s.emit("answered", args)));
    s.on("polluted", (cb) => typeof cb === "function" && cb({ polluted: {}.polluted === undefined ? "no" : "yes" }));
  };
  io.on("connection", handlers);
  io.of("/static").on("connection", handlers);
  io.of(/^\/dyn-\d{1,4}$/).on("connection", handlers);
  io.of("/deny").use((_s, next) => next(Object.assign(new Error("denied"), { data: { code: 42 } })));
}

function bench() {
  const io = serve({});
  io.on("connection", (s) => {
    s.on("bcast", (x) => io.emit("msg", x));
    s.on("echo", (x) => s.emit("echo", x));
    s.on("ack", (x, cb) => cb(x));
  });
}

/* ---------- cluster profile: the control protocol ---------- */

async function cluster() {
  const opts = { ...(env.RECOVERY ? { connectionStateRecovery: { maxDisconnectionDuration: 60000, skipMiddlewares: true } } : {}) };
  const adapterName = env.ADAPTER || "none";
  const adapterOpts = env.ADAPTER_OPTS ? JSON.parse(env.ADAPTER_OPTS) : {};
  let emitter;
  if (adapterName !== "none") {
    const { createClient } = req("redis");
    const client = async (c) => {
      c.on("error", (e) => console.error("redis:", e.message));
      await c.connect();
      return c;
    };
    const pub = await client(createClient({ url: env.REDIS_URL }));
    if (adapterName === "classic") {
      const { Emitter } = req("@socket.io/redis-emitter");
      emitter = new Emitter(await client(pub.duplicate()), { key: adapterOpts.key ?? "socket.io" });
    }
    if (adapterName === "streams") {
      opts.adapter = req("@socket.io/redis-streams-adapter").createAdapter(pub, adapterOpts);
    } else {
      const sub = await client(pub.duplicate());
      const lib = req("@socket.io/redis-adapter");
      opts.adapter = (adapterName === "sharded" ? lib.createShardedAdapter : lib.createAdapter)(pub, sub, adapterOpts);
    }
  }
  const io = serve(opts);

  const list = (v) => (v === undefined || v === null ? [] : Array.isArray(v) ? v : [v]);
  const target = (base, q) => {
    let op = base;
    if (list(q.to).length) op = op.to(list(q.to));
    if (list(q.except).length) op = op.except(list(q.except));
    if (q.local) op = op.local;
    if (q.volatile) op = op.volatile;
    if (q.compress === false) op = op.compress(false);
    return op;
  };
  const describe = (s) => ({
    id: s.id,
    rooms: [...s.rooms].sort(),
    data: s.data,
    auth: s.handshake.auth,
    query: s.handshake.query,
    url: s.handshake.url,
  });

  const watchers = new Set();
  const tellWatchers = (socket) => {
    let rooms = [];
    socket.on("disconnecting", () => (rooms = [...socket.rooms].sort()));
    socket.on("disconnect", (reason) => {
      watchers.delete(socket);
      const gone = { id: socket.id, reason, rooms, left: [...socket.rooms].sort() };
      for (const w of watchers) if (w.nsp === socket.nsp) w.emit("ctl:gone", gone);
    });
  };

  const setup = (nsp) => {
    nsp.on("sse:notify", (...args) => nsp.local.emit("sse:seen", node, ...args));
    nsp.on("sse:ask", (...args) => args.pop()({ node, args }));
    nsp.on("sse:silent", () => {});
  };

  const onConnection = (socket) => {
    const nsp = socket.nsp;
    tellWatchers(socket);
    const ctl = {
      whoami: async () => ({
        node,
        id: socket.id,
        nsp: nsp.name,
        adapter: adapterName,
        rooms: [...socket.rooms].sort(),
        recovered: socket.recovered === true,
        auth: socket.handshake.auth,
      }),
      data: async ({ set }) => {
        Object.assign(socket.data, set);
        return {};
      },
      join: async ({ rooms }) => {
        await socket.join(list(rooms));
        return { rooms: [...socket.rooms].sort() };
      },
      leave: async ({ rooms }) => {
        for (const r of list(rooms)) await socket.leave(r);
        return { rooms: [...socket.rooms].sort() };
      },
      emit: async (q) => {
        const op = target(q.from === "socket" ? socket.broadcast : nsp, q);
        const args = list(q.args);
        if (!q.ack) {
          op.emit(q.event, ...args);
          return {};
        }
        return new Promise((done) => {
          op.timeout(q.timeout ?? 2000).emit(q.event, ...args, (err, responses) =>
            done({ timedOut: !!err, responses: responses ?? [] }),
          );
        });
      },
      fetchSockets: async (q) => ({ sockets: (await target(nsp, q).fetchSockets()).map(describe) }),
      socketsJoin: async (q) => (target(nsp, q).socketsJoin(list(q.rooms)), {}),
      socketsLeave: async (q) => (target(nsp, q).socketsLeave(list(q.rooms)), {}),
      disconnectSockets: async (q) => (target(nsp, q).disconnectSockets(!!q.close), {}),
      serverSideEmit: async (q) => {
        const args = list(q.args);
        if (!q.ack) {
          nsp.serverSideEmit(q.event, ...args);
          return {};
        }
        return new Promise((done) =>
          nsp.serverSideEmit(q.event, ...args, (err, responses) =>
            done({ timedOut: !!err, responses: responses ?? [] }),
          ),
        );
      },
      serverCount: async () => ({ count: await nsp.adapter.serverCount() }),
      watch: async () => (watchers.add(socket), {}),
      ask: ({ event, args, timeout }) =>
        new Promise((done) =>
          socket.timeout(timeout ?? 2000).emit(event, ...list(args), (err, ...answer) =>
            done({ timedOut: !!err, answer }),
          ),
        ),
      emitter: async (q) => {
        if (!emitter) throw new Error("unsupported");
        const of = emitter.of(q.nsp);
        const op = target(of, q);
        if (q.does === "emit") op.emit(q.event, ...list(q.args));
        else if (q.does === "serverSideEmit") of.serverSideEmit(q.event, ...list(q.args));
        else if (q.does === "disconnectSockets") op.disconnectSockets(!!q.close);
        else op[q.does](list(q.rooms));
        return {};
      },
      // optional: only the classic adapter has it
      allRooms: async () => {
        if (!nsp.adapter.allRooms) throw new Error("unsupported");
        return { rooms: [...(await nsp.adapter.allRooms())].sort() };
      },
    };
    for (const [name, run] of Object.entries(ctl)) {
      socket.on(`ctl:${name}`, async (q, done) => {
        try {
          done({ ok: true, ...(await run(q ?? {})) });
        } catch (e) {
          done({ ok: false, error: String(e?.message ?? e) });
        }
      });
    }
  };

  for (const name of ["/", "/chat"]) {
    setup(io.of(name));
    io.of(name).on("connection", onConnection);
  }
  io.on("new_namespace", (nsp) => /^\/dyn-\d+$/.test(nsp.name) && setup(nsp));
  io.of(/^\/dyn-\d+$/).on("connection", onConnection);
  io.of("/guarded")
    .use((s, next) =>
      s.handshake.auth.token === "let-me-in"
        ? next()
        : next(Object.assign(new Error("not authorized"), { data: { code: "E_AUTH" } })),
    )
    .on("connection", onConnection);
  setup(io.of("/guarded"));
}

const profiles = {
  "eio-v4": () => engineEcho({}),
  "eio-v3": () => engineEcho({ allowEIO3: true }),
  "eio-client": engineClientSuite,
  "sio-v5": protocolSuite,
  "sio-client": clientSuite,
  "java-client": javaClientSuite,
  bench,
  cluster,
  badinput: () => badInput(),
  "badinput-eio3": () => badInput({ allowEIO3: true }),
  "badinput-polling": () => badInput({ transports: ["polling"] }),
  "badinput-websocket": () => badInput({ transports: ["websocket"] }),
  "badinput-noupgrade": () => badInput({ allowUpgrades: false }),
  "badinput-timers": () => badInput({ pingInterval: 400, pingTimeout: 300, upgradeTimeout: 700, connectTimeout: 900 }),
  "badinput-large": () => badInput({ maxHttpBufferSize: 1000000 }),
  "badinput-cors": () => badInput({ cors: { origin: "http://allowed.example" }, allowRequest: unlessDenied }),
  "badinput-deflate": () => badInput({ perMessageDeflate: true, maxHttpBufferSize: 1000000 }),
};

if (!profiles[profile]) {
  console.error(`unknown PROFILE ${profile}; known: ${Object.keys(profiles).join(" ")}`);
  process.exit(2);
}
await profiles[profile]();
httpServer.listen(Number(env.PORT || 0), host, () => console.log(`READY ${httpServer.address().port}`));
process.on("SIGTERM", () => process.exit(0));
if (env.ENDS_WITH_STDIN) process.stdin.on("end", () => process.exit(0)).resume();
