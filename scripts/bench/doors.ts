// Every door under load, beside Bun alone behind the same road: how long one request takes, how many go through in a
// second, and what a crowd of open connections weighs.
import { join } from "node:path";
import { type Daemon, memoryMb } from "./daemon.ts";
import type { CrowdAsked, CrowdKind } from "./door-crowd.ts";
import { type Asker, type DoorRow, doors, floors, prepare, type Scene } from "./door-table.ts";
import { type Measured, median, quantile } from "./table.ts";

const ROUNDS = 3;
/** No further round is begun then, on a machine that has much else to do. Milliseconds. */
const ENOUGH_MS = 60_000;
const AT_ONCE = 16;
const CONNECTIONS = 1_000;
/** Before a crowd comes, and until what was garbage when all of it was there has been given back. Milliseconds. */
const CALM_MS = 2_000;
const REST_MS = 12_000;
export const HOOK_SECRET = "a secret of the benchmark, long enough for it";

export interface DoorsOptions {
  /** Its variables make it listen on this port, and know HOOK_SECRET. */
  daemon: Daemon;
  port: number;
  folder: string;
}

interface Times {
  /** Milliseconds of each request. */
  alone: number[];
  /** One number for each round. */
  perSecond: number[];
}

export async function measureDoors(options: DoorsOptions): Promise<Measured[]> {
  const { daemon, port, folder } = options;
  await daemon.start();
  const raw = await startRaw(join(folder, "doors.sock"));
  const connection = await daemon.connect();
  let made = 0;
  const scene: Scene = {
    ...{ url: `http://127.0.0.1:${port}`, raw_url: `http://127.0.0.1:${raw.port}` },
    ...{ socket: daemon.socket, raw_socket: raw.socket, secret: HOOK_SECRET },
    raw_disk: join(folder, "doors.db"),
    spawned_url: await prepare(connection, freePort()),
    async newKey() {
      made += 1;
      const asked = { name: `bench-${made}`, scopes: ["read" as const, "chat" as const] };
      return (await connection.call("CreateKey", asked)).text;
    },
  };
  try {
    return [...(await measureRequests(scene)), ...(await measureCrowds(options, scene))];
  } finally {
    connection.close();
    await raw.stop();
  }
}

/** The file that official clients find by themselves lies beside the socket. */
const tokenOf = (socket: string): string => socket.replace(/\.sock$/, ".token");

export function freePort(): number {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port = 0 } = server;
  void server.stop(true);
  return port;
}

/** Round by round, each door right after its floor: a machine whose speed drifts is as unfair to each. */
async function measureRequests(scene: Scene): Promise<Measured[]> {
  const times = new Map(doors.map((row) => [row, { door: empty(), floor: empty() }]));
  const startedAt = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0 && performance.now() - startedAt > ENOUGH_MS) break;
    for (const [row, { door, floor }] of times) {
      await run(await floors[row.floor](scene), row.requests, floor);
      await run(await row.open(scene), row.requests, door);
    }
  }
  return [...times].map(([row, { door, floor }]) => rowOf(row, door, floor));
}

const empty = (): Times => ({ alone: [], perSecond: [] });

async function run(asker: Asker, requests: number, times: Times): Promise<void> {
  for (let index = -Math.ceil(requests / 10); index < requests; index += 1) {
    const startedAt = performance.now();
    await asker.ask();
    if (index >= 0) times.alone.push(performance.now() - startedAt);
  }
  const startedAt = performance.now();
  let left = requests;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      await asker.ask();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  times.perSecond.push(requests / ((performance.now() - startedAt) / 1_000));
  asker.close?.();
}

const micros = (ms: number): string => (ms * 1_000).toFixed(0);

const rowOf = (row: DoorRow, door: Times, floor: Times): Measured => ({
  name: row.name,
  value: median(door.alone) * 1_000,
  unit: "µs",
  floor: { name: row.floor, value: median(floor.alone) * 1_000 },
  note:
    `p99 ${micros(quantile(door.alone, 0.99))} (raw ${micros(quantile(floor.alone, 0.99))}); ` +
    `${AT_ONCE} at once ${median(door.perSecond).toFixed(0)} /s (raw ${median(floor.perSecond).toFixed(0)})`,
});

const crowds: readonly { name: string; kind: CrowdKind }[] = [
  { name: "WebSockets", kind: "websocket" },
  { name: "streams of /api/events", kind: "stream" },
  { name: "streams of /mcp", kind: "mcp" },
  { name: "connections to a server of an object", kind: "idle" },
];

/** Each at a process that has done nothing else, for what another has given back hides what this one takes. */
async function measureCrowds(
  { daemon, folder }: DoorsOptions,
  { url, socket: unix, spawned_url }: Scene,
): Promise<Measured[]> {
  const rows: Measured[] = [];
  for (const { name, kind } of crowds) {
    await daemon.stop();
    const pid = await daemon.start();
    const token = (await Bun.file(tokenOf(unix)).text()).trim();
    const headers = { authorization: `Bearer ${token}` };
    // Each listener takes only so many streams.
    const own = [
      { url: "http://localhost", unix, headers },
      { url, headers },
    ];
    const places = kind === "idle" ? [{ url: spawned_url, headers: {} }] : own;
    const raw = await startRaw(join(folder, `${kind}.sock`));
    const rawPlaces = [{ url: `http://127.0.0.1:${raw.port}`, headers: {} }];
    const rawKind = kind === "mcp" ? "stream" : kind;
    const [floor, { open, mb }] = await Promise.all([
      weigh(raw.pid, { kind: rawKind, count: CONNECTIONS, places: rawPlaces }),
      weigh(pid, { kind, count: CONNECTIONS, places }),
    ]);
    await raw.stop();
    const kb = (all: number, count: number) => `${((all * 1024) / count).toFixed(1)} KB each`;
    rows.push({
      ...{ name: `memory of ${open} ${name}`, value: mb, unit: "MB" },
      floor: { name: "raw Bun.serve", value: floor.mb },
      note: `${kb(mb, open)}, raw ${kb(floor.mb, floor.open)}`,
    });
  }
  return rows;
}

/** What a process has more when so many connections to it are open. */
async function weigh(pid: number, asked: CrowdAsked): Promise<{ open: number; mb: number }> {
  await Bun.sleep(CALM_MS);
  const before = memoryMb(pid);
  const crowd = Bun.spawn(
    [process.execPath, join(import.meta.dir, "door-crowd.ts"), JSON.stringify(asked)],
    {
      ...{ stdin: "pipe", stdout: "pipe", stderr: "inherit" },
      env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: String(4 * CONNECTIONS) },
    },
  );
  const open = Number(await firstLine(crowd.stdout));
  await Bun.sleep(REST_MS);
  const mb = memoryMb(pid) - before;
  await crowd.stdin.end();
  await crowd.exited;
  return { open, mb };
}

async function startRaw(socket: string) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "raw-doors.ts"), socket], {
    ...{ stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  });
  return {
    socket,
    pid: child.pid,
    port: Number(await firstLine(child.stdout)),
    async stop() {
      await child.stdin.end();
      await child.exited;
    },
  };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  return new TextDecoder().decode(value).trim();
}
