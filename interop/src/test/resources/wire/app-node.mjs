// The badinput profiles of the scenario app on the Node.js reference server, for the rows of WireRowsIT:
// PROFILE, PORT as in the scenario app; SCENARIO_MODULES: the folder that has the node_modules.
// Beyond the scenario app: four profiles that rows need (timers, large, cors, deflate), LIMITS (headersTimeoutMs,
// bodyTimeoutMs), one line `DISCONNECT <socket id> <reason>` for each socket that ends, and a 404 for other paths.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const env = process.env;
const req = createRequire(join(env.SCENARIO_MODULES, "noop.js"));
const { Server } = req("socket.io");

const limits = JSON.parse(env.LIMITS || "{}");
const timeouts = {
  ...(limits.headersTimeoutMs ? { headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: 100 } : {}),
  ...(limits.bodyTimeoutMs ? { requestTimeout: limits.bodyTimeoutMs, connectionsCheckingInterval: 100 } : {}),
};
const httpServer = createServer(timeouts, (_request, response) => response.writeHead(404).end());

function badInput(options = {}) {
  const io = new Server(httpServer, {
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
    s.on("disconnect", (reason) => console.log(`DISCONNECT ${s.id} ${reason}`));
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

const deny = (request, done) => done(null, !new URL(request.url, "http://x").searchParams.has("deny"));

const profiles = {
  badinput: {},
  "badinput-eio3": { allowEIO3: true },
  "badinput-polling": { transports: ["polling"] },
  "badinput-websocket": { transports: ["websocket"] },
  "badinput-noupgrade": { allowUpgrades: false },
  "badinput-timers": { pingInterval: 400, pingTimeout: 300, upgradeTimeout: 700, connectTimeout: 900 },
  "badinput-large": { maxHttpBufferSize: 1000000 },
  "badinput-cors": { cors: { origin: "http://allowed.example" }, allowRequest: deny },
  "badinput-deflate": { perMessageDeflate: true, maxHttpBufferSize: 1000000 },
};

badInput(profiles[env.PROFILE]);
httpServer.listen(Number(env.PORT || 0), "127.0.0.1", () => console.log(`READY ${httpServer.address().port}`));
process.on("SIGTERM", () => process.exit(0));
