// What the daemon weighs: idle, with many sessions, after many messages, and how long a large journal
// holds up its return after a kill.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { openStore, type Store } from "../../src/runtime/store/open.ts";
import { cpuSeconds, type Daemon, memoryMb } from "./daemon.ts";
import { type Measured, median, spread } from "./table.ts";

const SESSIONS = 1_000;
const MESSAGES = 100_000;
const MESSAGES_PER_SESSION = 100;
const IDLE_SECONDS = 5;
/** What is garbage then has been given back. */
const REST_MS = 15_000;
const LARGE_BYTES = 1_000_000_000;
const LARGE_MESSAGE_BYTES = 500_000;
const KILLS = 5;
/** Written in one append. */
const BATCH_BYTES = 4_000_000;

export async function measureMemory(daemon: Daemon): Promise<Measured[]> {
  const pid = await daemon.start();
  await Bun.sleep(REST_MS);
  const idle = memoryMb(pid);
  const before = cpuSeconds(pid);
  await Bun.sleep(IDLE_SECONDS * 1000);
  const load = ((cpuSeconds(pid) - before) / IDLE_SECONDS) * 100;
  const connection = await daemon.connect();
  const sessions: string[] = [];
  for (let count = 0; count < SESSIONS; count += 1) {
    const { session } = await connection.call("CreateSession", { po_name: "assistant" });
    sessions.push(session.session_id);
  }
  await Bun.sleep(REST_MS);
  const many = memoryMb(pid);
  connection.close();
  return [
    { name: "memory, idle", value: idle, unit: "MB", aim: { most: 50, of: "value" } },
    { name: "processor, idle", value: load, unit: "%", aim: { most: 0.5, of: "value" } },
    {
      name: "memory of 1,000 sessions",
      value: many - idle,
      unit: "MB",
      aim: { most: 10, of: "value" },
    },
  ];
}

/** A journal of many messages, written by the store itself, then a daemon that opens it. */
export async function measureMessages(daemon: Daemon, state: string): Promise<Measured[]> {
  await daemon.start();
  await daemon.stop();
  const store = openStore({ folder: state, onError: console.error });
  for (let first = 0; first < MESSAGES; first += MESSAGES_PER_SESSION) {
    await writeSession(store, `s_many_${first}`, MESSAGES_PER_SESSION, "a message of some words");
  }
  await store.close();
  const pid = await daemon.start();
  const connection = await daemon.connect();
  await connection.call("SearchSessions", { query: "words" });
  await connection.call("ListSessions", {});
  const value = memoryMb(pid);
  connection.close();
  return [{ name: "memory after 100,000 messages", value, unit: "MB" }];
}

/** From `kill -9` until the next client has its answer, with a database of one gigabyte. */
export async function measureRestart(options: {
  daemon: Daemon;
  state: string;
  answer: () => Promise<void>;
}): Promise<Measured[]> {
  const { daemon, state, answer } = options;
  await daemon.start();
  await daemon.stop();
  const store = openStore({ folder: state, onError: console.error });
  const text = "word ".repeat(LARGE_MESSAGE_BYTES / 5);
  const count = Math.ceil(LARGE_BYTES / (LARGE_MESSAGE_BYTES * 3));
  await writeSession(store, "s_large_1", count, text);
  await store.close();
  const file = join(state, "jamey.db");
  const size = statSync(file).size;
  const times: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const pid = await daemon.start();
    const startedAt = performance.now();
    process.kill(pid, "SIGKILL");
    await answer();
    times.push(performance.now() - startedAt);
  }
  await daemon.stop();
  rmSync(file, { force: true });
  return [
    {
      name: "from kill -9 to the first answer",
      value: median(times),
      unit: "ms",
      aim: { most: 500, of: "value" },
      note: `database of ${(size / 1e6).toFixed(0)} MB, ${spread(times)}`,
    },
  ];
}

async function writeSession(store: Store, session_id: string, count: number, content: string) {
  const stream = `session/${session_id}` as const;
  const at = new Date().toISOString();
  const caller = "cli:bench";
  const created = {
    session_id,
    po_name: "assistant",
    source: "cli" as const,
    name: null,
    agent_mode: "single" as const,
    workspace: "/",
    context: {},
    metadata: {},
    model: null,
    forked_from: null,
    ephemeral: false,
    parent: null,
  };
  const meta = { at, caller, causation_id: null };
  await store.journal.append({
    stream,
    expected_version: 0,
    events: [{ type: "SessionCreated", payload: created }],
    ...meta,
  });
  const batch = Math.max(1, Math.min(100, Math.floor(BATCH_BYTES / content.length)));
  for (let first = 0; first < count; first += batch) {
    const events = Array.from({ length: Math.min(batch, count - first) }, (_, index) => ({
      type: "MessageAdded" as const,
      payload: {
        session_id,
        message_id: `${session_id}_m${first + index}`,
        turn_id: null,
        role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
        content,
        name: null,
        tool_call_id: null,
        tool_calls: [],
        attachments: [],
        reasoning: null,
        source: "cli" as const,
        created_at: at,
      },
    }));
    await store.journal.append({ stream, expected_version: 1 + first, events, ...meta });
  }
}
