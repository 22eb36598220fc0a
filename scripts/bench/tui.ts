// The full-screen interface in a terminal of its own: how soon it is there, what a frame costs, and
// what it takes of the machine while nothing happens.
import { mkdirSync } from "node:fs";
import { startLoop } from "../../src/tui/run/loop.ts";
import { createPainter } from "../../src/tui/screen/painter.ts";
import type { Frame } from "../../src/tui/shapes.ts";
import { initialState, type State, update } from "../../src/tui/update.ts";
import { view } from "../../src/tui/view/index.ts";
import { cpuSeconds, type Daemon, memoryMb } from "./daemon.ts";
import { measureKeys } from "./keys.ts";
import { type Measured, median, spread } from "./table.ts";
import { openTerminal, SIZE, type Terminal } from "./terminal.ts";

const OPENINGS = 15;
const IDLE_SECONDS = 5;
const MESSAGES = 100_000;
const FRAMES = 200;
const READY = "Say something";

export async function measureInterface(
  daemon: Daemon,
  options: { binary: string; folder: string },
): Promise<Measured[]> {
  await daemon.start();
  mkdirSync(options.folder, { recursive: true });
  const { binary, folder } = options;
  const open = () => openTerminal([binary, "tui"], { folder, variables: daemon.variables });
  return [
    await firstPaint(open),
    ...(await measureKeys({ daemon, binary, folder })),
    ...(await idle(open)),
    frameCost(),
    writtenBytes(),
  ];
}

async function firstPaint(open: () => Terminal): Promise<Measured> {
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

async function idle(open: () => Terminal): Promise<Measured[]> {
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
      return true;
    },
    perform: () => undefined,
    now: () => performance.now(),
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
