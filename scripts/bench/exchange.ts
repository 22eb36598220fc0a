// Requests and appends: what one client waits for, and what the disk takes, beside Bun and SQLite alone.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { Connection } from "../../src/client/connection.ts";
import type { Daemon } from "./daemon.ts";
import { type Measured, median, spread } from "./table.ts";

const REQUESTS = 2_000;
const APPENDS = 300;
const TOGETHER = 5_000;
/** Sessions that change at once; the requests of one connection that may wait are somewhat more. */
const IN_FLIGHT = 200;

export async function measureExchange(daemon: Daemon, folder: string): Promise<Measured[]> {
  await daemon.start();
  const connection = await daemon.connect();
  const { session } = await connection.call("CreateSession", { po_name: "assistant" });
  const { session_id } = session;
  const rename = (count: number) =>
    connection.call("RenameSession", { session_id, name: `name ${count}` });
  const asked = await timed(REQUESTS, () => connection.call("ListPOs", {}));
  const renamed = await timed(APPENDS, rename);
  const perSecond = await together(connection);
  connection.close();
  const raw = await rawRequests(join(folder, "raw.sock"));
  const disk = await rawAppends(join(folder, "raw.db"));
  return [
    {
      name: "request and reply",
      value: median(asked) * 1000,
      unit: "µs",
      floor: { name: "raw Bun.serve WebSocket", value: median(raw) * 1000 },
      note: `in ms: ${spread(asked)}`,
    },
    {
      name: "one durable change, acknowledged",
      value: median(renamed) * 1000,
      unit: "µs",
      floor: { name: "one SQLite transaction", value: median(disk) * 1000 },
      note: `in ms: ${spread(renamed)}`,
    },
    {
      name: "durable changes, many at once",
      value: perSecond,
      unit: "/s",
      floor: { name: "one by one in raw SQLite", value: 1000 / median(disk) },
      note: `${TOGETHER} of them, in ${IN_FLIGHT} sessions`,
    },
  ];
}

async function timed(count: number, run: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let index = -Math.ceil(count / 10); index < count; index += 1) {
    const startedAt = performance.now();
    await run(index);
    if (index >= 0) times.push(performance.now() - startedAt);
  }
  return times;
}

/** Changes of many sessions at once: what is asked in one moment is committed together. */
async function together(connection: Connection): Promise<number> {
  const sessions: string[] = [];
  for (let count = 0; count < IN_FLIGHT; count += 1) {
    const { session } = await connection.call("CreateSession", { po_name: "assistant" });
    sessions.push(session.session_id);
  }
  const each = TOGETHER / IN_FLIGHT;
  const startedAt = performance.now();
  await Promise.all(
    sessions.map(async (session_id) => {
      for (let count = 0; count < each; count += 1) {
        await connection.call("RenameSession", { session_id, name: `name ${count}` });
      }
    }),
  );
  return TOGETHER / ((performance.now() - startedAt) / 1000);
}

/** The same road without a daemon at its end. */
async function rawRequests(path: string): Promise<number[]> {
  const server = Bun.spawn([process.execPath, join(import.meta.dir, "raw-server.ts"), path], {
    stdin: "pipe",
    stdout: "pipe",
  });
  await server.stdout.getReader().read();
  const socket = new WebSocket(`ws+unix://${path}:/ws`);
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  const text = JSON.stringify({ id: 1, type: "ListPOs", payload: {} });
  const times = await timed(REQUESTS, async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    socket.onmessage = resolve;
    socket.send(text);
    await promise;
  });
  socket.close();
  await server.stdin.end();
  await server.exited;
  return times;
}

/** One row of the same size in one transaction, as durable as ours. */
async function rawAppends(file: string): Promise<number[]> {
  const disk = openRawDisk(file);
  const times = await timed(APPENDS, async () => disk.append());
  disk.close();
  return times;
}

export function openRawDisk(file: string) {
  const database = new Database(file, { create: true });
  database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = FULL");
  database.run(
    "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, type TEXT, payload TEXT)",
  );
  const insert = database.prepare("INSERT INTO events (type, payload) VALUES (?, ?)");
  const payload = JSON.stringify({ session_id: "s".repeat(24), name: "name" }).padEnd(300);
  return {
    append: () => void insert.run("SessionRenamed", payload),
    close() {
      insert.finalize();
      database.close();
    },
  };
}
