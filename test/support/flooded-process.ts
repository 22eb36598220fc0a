// The process of `flooded.ts`: a world that listens on TCP, and a ticker that measures its loop in time that
// counts only what this process itself used, so that a busy machine is no blocked loop.
import { startTcpConnector } from "../../src/runtime/connectors/tcp.ts";
import { openTestWorld } from "./world.ts";

const TICK_MS = 5;

const world = await openTestWorld({ script: () => "ok" });
const connector = startTcpConnector(
  { hostname: "127.0.0.1", port: 0, allowedHosts: [], hasWebSocket: true },
  world.runtime(),
  { requests: { perSecond: 1e9, burst: 1e9 } },
);
const { text } = await world.ask("CreateKey", { name: "honest", expires_at: null });

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

let longestBlockMs = 0;
let tick = { at: performance.now(), cpu: cpuMs() };
setInterval(() => {
  const now = { at: performance.now(), cpu: cpuMs() };
  // Blocked is what took time and work both: waiting for a processor is the machine's business.
  const blocked = Math.min(now.at - tick.at, now.cpu - tick.cpu) - TICK_MS;
  longestBlockMs = Math.max(longestBlockMs, Math.round(blocked));
  tick = now;
}, TICK_MS);

process.on("message", () => {
  const memoryBytes = process.memoryUsage.rss();
  process.stdout.write(`${JSON.stringify({ longestBlockMs, memoryBytes })}\n`);
});
process.on("disconnect", () => process.exit(0));

const { port, url } = connector;
process.stdout.write(`${JSON.stringify({ port, url, key: text })}\n`);
