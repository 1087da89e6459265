// A load balancer without sticky sessions: each request, and each WebSocket, goes to the next node.
import http from "node:http";
import net from "node:net";

/** Starts it in front of some nodes, given by their URLs; its URL. It ends with the process. */
export async function spread(urls) {
  const nodes = urls.map((url) => new URL(url));
  let turn = 0;
  const next = () => nodes[turn++ % nodes.length];
  // A kept connection could be closed by its node just when a request goes out.
  const agent = new http.Agent({ keepAlive: false });

  const server = http.createServer((request, response) => {
    const { hostname, port } = next();
    const { method, url: path, headers } = request;
    const onward = http.request({ agent, hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => response.writableFinished || onward.destroy());
    request.pipe(onward);
  });

  server.on("upgrade", (request, socket, head) => {
    const { hostname, port } = next();
    const onward = net.connect(port, hostname, () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      }
      onward.write(`${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [[socket, onward], [onward, socket]]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}
