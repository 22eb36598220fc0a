// The full-screen interface in a terminal of its own: how soon it is there, how soon a key is seen while others
// work, what a frame costs, and what it takes of the machine while nothing happens.
import { mkdirSync } from "node:fs";
import { startLoop } from "../../src/tui/run/loop.ts";
import { createPainter } from "../../src/tui/screen/painter.ts";
import type { Frame } from "../../src/tui/shapes.ts";
import { initialState, type State, update } from "../../src/tui/update.ts";
import { view } from "../../src/tui/view/index.ts";
import { cpuSeconds, type Daemon, memoryMb } from "./daemon.ts";
import { type Measured, median, quantile, spread } from "./table.ts";

const SIZE = { columns: 120, rows: 40 };
const OPENINGS = 15;
const KEYS = 200;
const BETWEEN_KEYS_MS = 25;
const AGENTS = 10;
/** Tokens of each agent: longer than the keys take. */
const TOKENS = 800;
const IDLE_SECONDS = 5;
const MESSAGES = 100_000;
const FRAMES = 200;
const READY = "Say something";

interface Opened {
  pid: number;
  type(text: string): void;
  /** Resolves when what is written from now on holds the text. */
  writes(text: string): Promise<void>;
  bytes(): number;
  close(): Promise<void>;
}

export async function measureInterface(
  daemon: Daemon,
  options: { binary: string; folder: string },
): Promise<Measured[]> {
  await daemon.start();
  mkdirSync(options.folder, { recursive: true });
  const open = () => openInterface(daemon, options);
  return [
    await firstPaint(open),
    ...(await echo(daemon, open)),
    ...(await idle(open)),
    frameCost(),
    writtenBytes(),
  ];
}

function openInterface(daemon: Daemon, options: { binary: string; folder: string }): Opened {
  const decoder = new TextDecoder();
  let wanted: { text: string; resolve(): void } | undefined;
  let written = "";
  let bytes = 0;
  const child = Bun.spawn([options.binary, "tui"], {
    cwd: options.folder,
    env: { PATH: process.env.PATH ?? "", TERM: "xterm-256color", ...daemon.variables },
    terminal: {
      cols: SIZE.columns,
      rows: SIZE.rows,
      data(_, chunk) {
        bytes += chunk.length;
        written += decoder.decode(chunk, { stream: true });
        if (wanted && written.includes(wanted.text)) wanted.resolve();
      },
    },
  });
  return {
    pid: child.pid,
    type: (text) => void child.terminal?.write(text),
    async writes(text) {
      written = "";
      const { promise, resolve } = Promise.withResolvers<void>();
      wanted = { text, resolve };
      await promise;
    },
    bytes: () => bytes,
    async close() {
      child.kill("SIGTERM");
      await child.exited;
      child.terminal?.close();
    },
  };
}

async function firstPaint(open: () => Opened): Promise<Measured> {
  const times: number[] = [];
  for (let run = -2; run < OPENINGS; run += 1) {
    const startedAt = performance.now();
    const opened = open();
    await opened.writes(READY);
    if (run >= 0) times.push(performance.now() - startedAt);
    await opened.close();
  }
  return {
    name: "process start → first picture",
    value: median(times),
    unit: "ms",
    aim: { most: 80, of: "value" },
    note: spread(times),
  };
}

/** A key that nothing else writes: its own letter at the end of the composer, behind a mark. */
async function echo(daemon: Daemon, open: () => Opened): Promise<Measured[]> {
  const opened = open();
  await opened.writes(READY);
  const connection = await daemon.connect();
  const working = Array.from({ length: AGENTS }, async () => {
    const { session } = await connection.call("CreateSession", { po_name: "assistant" });
    const { turn_id } = await connection.call("SendMessage", {
      po_name: "assistant",
      message: "write",
      session_id: session.session_id,
      settings: { model: `openai-chat/pace-${TOKENS}` },
    });
    await connection.call("WaitForTurn", { turn_id });
  });
  const before = opened.bytes();
  const times: number[] = [];
  for (let key = 0; key < KEYS; key += 1) {
    const letter = String.fromCodePoint(0x0400 + key);
    const startedAt = performance.now();
    const seen = opened.writes(letter);
    opened.type(letter);
    await seen;
    times.push(performance.now() - startedAt);
    await Bun.sleep(BETWEEN_KEYS_MS);
  }
  const perKey = (opened.bytes() - before) / KEYS;
  await Promise.all(working);
  connection.close();
  await opened.close();
  return [
    {
      name: `a key → its letter, ${AGENTS} agents streaming, p99`,
      value: quantile(times, 0.99),
      unit: "ms",
      aim: { most: 8, of: "value" },
      note: `p50 ${median(times).toFixed(2)}, ${KEYS} keys`,
    },
    {
      name: "bytes per key meanwhile",
      value: perKey,
      unit: "bytes",
      aim: { most: 4096, of: "value" },
    },
  ];
}

async function idle(open: () => Opened): Promise<Measured[]> {
  const opened = open();
  await opened.writes(READY);
  await Bun.sleep(1000);
  const before = cpuSeconds(opened.pid);
  const written = opened.bytes();
  await Bun.sleep(IDLE_SECONDS * 1000);
  const share = ((cpuSeconds(opened.pid) - before) / IDLE_SECONDS) * 100;
  const memory = memoryMb(opened.pid);
  const noise = opened.bytes() - written;
  await opened.close();
  return [
    {
      name: "processor while nothing happens",
      value: share,
      unit: "%",
      aim: { most: 0.5, of: "value" },
      note: `${noise} bytes written in ${IDLE_SECONDS} s`,
    },
    { name: "memory of its own, idle", value: memory, unit: "MB" },
  ];
}

/** A conversation as long as nobody has one. */
function longState(): State {
  const session_id = "bench";
  const state = initialState({
    environment: "bench",
    session_id,
    workspace: "/",
    now: Date.now(),
    size: SIZE,
  });
  const { session } = state;
  if (!session) throw new Error("the session is not open");
  const messages = Array.from({ length: MESSAGES }, (_, index) => ({
    message_id: `m${index}`,
    role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: `message ${index}: some words, **bold** and \`code\`, as people write them`,
    timestamp: "2026-01-01T00:00:00.000Z",
    source: "cli" as const,
    name: null,
    tool_calls: [],
    tool_call_id: null,
    turn_id: `t${index}`,
    attachments: [],
  }));
  const transcript = { ...session.transcript, messages };
  // Only what a conversation shows is made up here; the daemon's own messages hold more.
  return { ...state, session: { ...session, transcript: transcript as never, waiting: null } };
}

function frameCost(): Measured {
  const initial = longState();
  let drawn: Frame | undefined;
  const loop = startLoop({
    model: { initial, update, view, counts: () => false },
    size: () => SIZE,
    draw: (frame) => {
      drawn = frame;
    },
    perform: () => undefined,
    onCrash(thrown) {
      throw thrown;
    },
  });
  const painter = paintOn(() => undefined);
  const times: number[] = [];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const startedAt = performance.now();
    const { state } = update(loop.state(), { type: "key", key: { name: "pageup", text: "" } });
    drawn = view(state, SIZE);
    painter.draw(drawn);
    times.push(performance.now() - startedAt);
    loop.typed([{ type: "key", key: { name: "pageup", text: "" } }]);
  }
  loop.stop();
  return {
    name: `a page up in ${MESSAGES.toLocaleString("en")} messages, one frame`,
    value: median(times),
    unit: "ms",
    aim: { most: 5, of: "value" },
    note: spread(times),
  };
}

function paintOn(write: (text: string) => void) {
  const stdout = { ...SIZE, write, on: () => undefined, removeListener: () => undefined };
  const painter = createPainter(
    { stdout, variables: {}, theme: "auto", hasColour: true },
    () => SIZE,
  );
  painter.reset(SIZE);
  return painter;
}

/** A letter that is typed, as it goes over a slow line. */
function writtenBytes(): Measured {
  const sizes: number[] = [];
  const painter = paintOn((text) => sizes.push(Buffer.byteLength(text)));
  let state = initialState({
    environment: "bench",
    session_id: null,
    workspace: "/",
    now: 0,
    size: SIZE,
  });
  painter.draw(view(state, SIZE));
  sizes.length = 0;
  for (const letter of "a few words as somebody types them") {
    const name = letter === " " ? "space" : letter;
    ({ state } = update(state, { type: "key", key: { name, text: letter } }));
    painter.draw(view(state, SIZE));
  }
  return {
    name: "bytes of a frame for one letter",
    value: median(sizes),
    unit: "bytes",
    aim: { most: 4096, of: "value" },
  };
}
