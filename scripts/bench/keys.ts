// How soon a key is seen in the interface while agents stream, beside a program that only writes back what it
// reads. Both are asked in turns, so that whatever else the machine does weighs on both alike.
import { cpuSeconds, type Daemon } from "./daemon.ts";
import { buildEchoFloor } from "./floors.ts";
import { type Measured, median, quantile } from "./table.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

const KEYS = 200;
const BETWEEN_KEYS_MS = 15;
const AGENTS = 10;
/** Tokens of each agent: longer than the keys take. */
const TOKENS = 100_000;

export interface KeyOptions {
  daemon: Daemon;
  folder: string;
  binary: string;
}

export async function measureKeys(options: KeyOptions): Promise<Measured[]> {
  const { daemon, folder } = options;
  const echo = openTerminal([await buildEchoFloor(folder)], { folder, variables: {} });
  await echo.writes("ready");
  const connection = await daemon.connect();
  const turns = await Promise.all(
    Array.from({ length: AGENTS }, async () => {
      const { session } = await connection.call("CreateSession", { po_name: "assistant" });
      return await connection.call("SendMessage", {
        po_name: "assistant",
        message: "write",
        session_id: session.session_id,
        settings: { model: `openai-chat/pace-${TOKENS}` },
      });
    }),
  );
  const [shown] = turns;
  const rows = [
    ...(await measureOne(options, echo, [])),
    ...(await measureOne(options, echo, ["--resume", shown?.session_id ?? ""])),
  ];
  for (const { turn_id } of turns) await connection.call("CancelTurn", { turn_id });
  connection.close();
  await echo.close();
  return rows;
}

async function measureOne(
  { daemon, folder, binary }: KeyOptions,
  echo: Terminal,
  flags: string[],
): Promise<Measured[]> {
  const where = flags.length === 0 ? "elsewhere" : "one in sight";
  const opened = openTerminal([binary, "tui", ...flags], { folder, variables: daemon.variables });
  await opened.writes("Say something");
  const [beganAt, busy, before] = [performance.now(), cpuSeconds(opened.pid), opened.bytes()];
  const [times, floors]: [number[], number[]] = [[], []];
  for (let key = 0; key < KEYS; key += 1) {
    times.push(await timed(opened, key));
    await Bun.sleep(BETWEEN_KEYS_MS);
    floors.push(await timed(echo, key));
    await Bun.sleep(BETWEEN_KEYS_MS);
  }
  const perKey = (opened.bytes() - before) / KEYS;
  const seconds = (performance.now() - beganAt) / 1000;
  const share = ((cpuSeconds(opened.pid) - busy) / seconds) * 100;
  await opened.close();
  const floor = (of: number) => ({ name: "an echo", value: quantile(floors, of) });
  const p90 = [times, floors].map((of) => quantile(of, 0.9).toFixed(1)).join(", of an echo ");
  const note = `p90 ${p90}; ${KEYS} keys`;
  const name = `a key → its letter, ${AGENTS} agents stream, ${where}`;
  return [
    { name, value: median(times), unit: "ms", floor: floor(0.5), note },
    {
      name: "the same, p99",
      value: quantile(times, 0.99),
      unit: "ms",
      floor: floor(0.99),
      aim: { most: 8, of: "value" },
    },
    { name: "processor meanwhile", value: share, unit: "%" },
    {
      name: "bytes per key meanwhile",
      value: perKey,
      unit: "bytes",
      aim: { most: 4096, of: "value" },
    },
  ];
}

/** A letter that nothing else writes. */
async function timed(terminal: Terminal, key: number): Promise<number> {
  const letter = String.fromCodePoint(0x0400 + key);
  const startedAt = performance.now();
  const seen = terminal.writes(letter);
  terminal.type(letter);
  await seen;
  return performance.now() - startedAt;
}
