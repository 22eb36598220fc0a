// Bun alone on a unix socket, as a process of its own: a WebSocket that says what it heard. Its argument is the
// path. Ends with its stdin.
const [path = ""] = process.argv.slice(2);
const server = Bun.serve({
  unix: path,
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response("no", { status: 400 }),
  websocket: { message: (socket, message) => void socket.send(message) },
});
console.log("ready");
await Bun.stdin.text();
await server.stop(true);

export {};
