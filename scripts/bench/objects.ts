// A large environment: many objects, many sessions among them, many turns at once. What each object and each
// session adds to memory and to the disk, and how long a turn takes and a client waits in the middle of it.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { Connection } from "../../src/client/connection.ts";
import { type Daemon, memoryMb } from "./daemon.ts";
import { type Measured, median, quantile, spread } from "./table.ts";

const OBJECTS = 200;
const SESSIONS = 2_000;
const TURNS_AT_ONCE = 50;
const WARM_UP_TURNS = 500;
/** Tokens of each of the turns at once, one each 10 ms. */
const PACED_TOKENS = 100;
/** Between two requests of the client that looks on, in milliseconds. */
const LOOK_MS = 20;
/** What is garbage then has been given back, in milliseconds. */
const REST_MS = 15_000;
/** Objects that are made at once. */
const BATCH = 50;

/** What the daemon holds: memory in MB, files in bytes. */
interface Weight {
  memory: number;
  disk: number;
}

export async function measureObjects(daemon: Daemon, state: string): Promise<Measured[]> {
  const pid = await daemon.start();
  await Bun.sleep(REST_MS);
  const started = memoryMb(pid);
  const connection = await daemon.connect();
  const weigh = async (): Promise<Weight> => {
    await Bun.sleep(REST_MS);
    return { memory: memoryMb(pid), disk: diskBytes(state) };
  };
  await warmUp(connection);
  const before = await weigh();
  await inTurn(OBJECTS, BATCH, (index) => connection.call("CreatePO", { text: textOf(index) }));
  const withObjects = await weigh();
  const answered: number[] = [];
  await inTurn(SESSIONS, TURNS_AT_ONCE, async (index) => {
    answered.push(await turn(connection, { index: index % OBJECTS, model: "openai-chat/m" }));
  });
  const withSessions = await weigh();
  const crowd = await atOnce(daemon, connection, pid);
  const again = await restarted(daemon, pid, started);
  connection.close();
  return [
    ...grown("object", OBJECTS, before, withObjects),
    ...grown("session with one turn", SESSIONS, withObjects, withSessions),
    { name: "memory of all of it, at rest", value: withSessions.memory, unit: "MB" },
    {
      name: `a turn, ${TURNS_AT_ONCE} at once, each begins a session`,
      value: median(answered),
      unit: "ms",
      note: spread(answered),
    },
    ...crowd,
    ...again,
  ];
}

/** Code that has not run yet is not what an object or a session weighs. */
async function warmUp(connection: Connection): Promise<void> {
  await connection.call("CreatePO", { text: textOf(OBJECTS) });
  await inTurn(WARM_UP_TURNS, TURNS_AT_ONCE, async () => {
    await turn(connection, { index: OBJECTS, model: "openai-chat/m" });
  });
}

function grown(what: string, count: number, from: Weight, to: Weight): Measured[] {
  const memory = ((to.memory - from.memory) * 1024 * 1024) / count;
  const disk = (to.disk - from.disk) / count;
  return [
    {
      name: `memory of one more ${what}`,
      value: memory,
      unit: "bytes",
      note: `${count} of them`,
    },
    { name: `disk of one more ${what}`, value: disk, unit: "bytes" },
  ];
}

/** Turns that stream beside each other, while somebody else lists, changes and asks. */
async function atOnce(daemon: Daemon, connection: Connection, pid: number): Promise<Measured[]> {
  const looking = await daemon.connect();
  const { session } = await looking.call("CreateSession", { po_name: nameOf(0) });
  const model = `openai-chat/pace-${PACED_TOKENS}`;
  const indexes = Array.from({ length: TURNS_AT_ONCE }, (_, index) => index);
  const running = Promise.all(indexes.map((index) => turn(connection, { index, model })));
  let isOver = false;
  void running.finally(() => {
    isOver = true;
  });
  const [lists, changes]: [number[], number[]] = [[], []];
  let most = 0;
  while (!isOver) {
    lists.push(await timed(() => looking.call("ListPOs", {})));
    const name = `look ${lists.length}`;
    const { session_id } = session;
    changes.push(await timed(() => looking.call("RenameSession", { session_id, name })));
    most = Math.max(most, memoryMb(pid));
    await Bun.sleep(LOOK_MS);
  }
  const times = await running;
  looking.close();
  return [
    {
      name: `a turn of ${PACED_TOKENS} tokens, ${TURNS_AT_ONCE} at once`,
      value: median(times),
      unit: "ms",
      note: `slowest ${quantile(times, 1).toFixed(0)}, memory at most ${most.toFixed(0)} MB`,
    },
    {
      name: "meanwhile, the list of all objects",
      value: median(lists),
      unit: "ms",
      note: spread(lists),
    },
    {
      name: "meanwhile, a durable change",
      value: median(changes),
      unit: "ms",
      note: spread(changes),
    },
  ];
}

/** From `kill -9` until the list of all sessions is there again, and what the next daemon weighs. */
async function restarted(daemon: Daemon, pid: number, empty: number): Promise<Measured[]> {
  const startedAt = performance.now();
  process.kill(pid, "SIGKILL");
  const next = await daemon.start();
  const connection = await daemon.connect();
  await connection.call("ListSessions", {});
  const value = performance.now() - startedAt;
  connection.close();
  await Bun.sleep(REST_MS);
  return [
    { name: "from kill -9 to the list of all sessions", value, unit: "ms" },
    {
      name: "memory of a daemon that began with all of it",
      value: memoryMb(next),
      unit: "MB",
      note: `${empty.toFixed(0)} MB with nothing`,
    },
  ];
}

/** Sends one message to one of the objects and waits for its answer, in milliseconds. */
async function turn(
  connection: Connection,
  { index, model }: { index: number; model: string },
): Promise<number> {
  return await timed(async () => {
    const { turn_id } = await connection.call("SendMessage", {
      po_name: nameOf(index),
      message: `message ${index}`,
      settings: { model },
    });
    const { status, error } = await connection.call("WaitForTurn", { turn_id });
    if (status !== "completed") throw new Error(`a turn ended as ${status}: ${error?.message}`);
  });
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

/** So many of them, of which so many are under way at any time. */
async function inTurn(
  count: number,
  most: number,
  run: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await run(index);
    }
  };
  await Promise.all(Array.from({ length: most }, work));
}

const nameOf = (index: number): string => `object-${index}`;
const textOf = (index: number): string =>
  `---\nname: ${nameOf(index)}\ndescription: One of many\n---\n${"You are one of many. ".repeat(20)}\n`;

/** Pages in use, whether they are in the database already or still in its log. */
function diskBytes(state: string): number {
  const database = new Database(join(state, "jamey.db"), { readonly: true });
  const read = (pragma: string) => Number(database.query(`PRAGMA ${pragma}`).values()[0]?.[0]);
  const bytes = (read("page_count") - read("freelist_count")) * read("page_size");
  database.close();
  return bytes;
}
