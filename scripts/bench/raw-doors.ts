// Bun alone behind the same roads as the doors, as a process of its own: an answer of JSON, what was heard over a
// WebSocket, a stream that stays open. Its argument is the path of a socket; prints its port. Ends with its stdin.
const [path = ""] = process.argv.slice(2);
const answer = {
  prompt_objects: [{ name: "assistant", description: "x".repeat(60), state: "idle" }],
};

async function fetchRaw(
  request: Request,
  server: Bun.Server<undefined>,
): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (pathname === "/ws" && server.upgrade(request)) return undefined;
  if (pathname === "/api/events") {
    server.timeout(request, 0);
    const body = new ReadableStream({ start: (controller) => controller.enqueue(": hello\n\n") });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
  if (request.method === "POST") await request.json();
  return Response.json(answer);
}

const websocket: Bun.WebSocketHandler<undefined> = {
  message: (socket, message) => void socket.send(message),
};
const local = Bun.serve({ unix: path, fetch: fetchRaw, websocket });
const open = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: fetchRaw, websocket });
console.log(String(open.port));
await Bun.stdin.text();
await local.stop(true);
await open.stop(true);

export {};
