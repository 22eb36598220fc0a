// The core in a realm that has nothing but the language: no clock, no randomness, no host. The same
// bundled file drives the same turn there, in a worker, and here, with the same events.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { sessionMachine } from "../../src/core/index.ts";
import type { SessionInput } from "../../src/core/session/inputs.ts";
import {
  agentWith,
  answerWith,
  callOf,
  newSession,
  outputOf,
  sendOf,
  timeAt,
} from "./support/builders.ts";

const folder = mkdtempSync(join(tmpdir(), "jamey-core-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A whole turn as plain values: message, answer with a call, result, final text. */
const script: SessionInput[] = [
  { type: "create", at: timeAt(0), session: newSession() },
  sendOf(1, timeAt(1)),
  {
    type: "prepared",
    at: timeAt(2),
    turn_id: "t1",
    agent: agentWith({ config: { max_wall_ms: 60_000, request_deadline_ms: 1_000 } }),
  },
  {
    type: "model_failed",
    at: timeAt(3),
    call_id: "t1_m1",
    attempt: 1,
    error: { code: "provider_error", message: "Down.", details: {} },
    isRetryable: true,
    retryAfterMs: undefined,
  },
  { type: "woke", at: timeAt(503) },
  {
    type: "model_answered",
    at: timeAt(504),
    call_id: "t1_m1",
    attempt: 2,
    answer: answerWith({ tool_calls: [callOf("look", { path: "é" })] }),
  },
  {
    type: "tool_checked",
    at: timeAt(505),
    call_id: "t1_m1_0",
    check: { valid: true, subject: "é", hash: "hash" },
  },
  {
    type: "tool_finished",
    at: timeAt(506),
    call_id: "t1_m1_0",
    output: outputOf("text"),
    duration_ms: 1,
  },
  {
    type: "model_answered",
    at: timeAt(507),
    call_id: "t1_m2",
    attempt: 1,
    answer: answerWith({ text: "It says text." }),
  },
];

/** Plays JSON inputs; source text, so that it runs where only the language is. */
const play = `(machine, inputs) => {
  let state = machine.initial;
  const events = [];
  for (const input of JSON.parse(inputs)) {
    for (const event of machine.decide(state, input)) {
      state = machine.apply(state, event);
      events.push(event);
    }
  }
  return JSON.stringify({ events, owed: machine.outstanding(state) });
}`;

/** Everything that is not the language goes; what is left of Date is arithmetic. */
const strip = `
  delete Math.random;
  delete globalThis.console;
  const given = Date;
  globalThis.Date = new Proxy(given, {
    construct(target, args) {
      if (args.length === 0) throw new Error("the core asked for the time");
      return new target(...args);
    },
    apply() { throw new Error("the core asked for the time"); },
    get(target, name) {
      if (name === "now") throw new Error("the core asked for the time");
      return target[name];
    },
  });
`;

const hostNames = [
  ...["Bun", "process", "fetch", "setTimeout", "setInterval", "queueMicrotask", "crypto"],
  ...["performance", "console", "require", "navigator", "TextEncoder", "structuredClone"],
];

function here(): string {
  let state = sessionMachine.initial;
  const events = script.flatMap((input) => {
    const happened = sessionMachine.decide(state, input);
    for (const event of happened) state = sessionMachine.apply(state, event);
    return happened;
  });
  return JSON.stringify({ events, owed: sessionMachine.outstanding(state) });
}

describe("the bundled core", () => {
  let bundle = "";

  beforeAll(async () => {
    const built = await Bun.build({
      entrypoints: [join(import.meta.dir, "../../src/core/index.ts")],
      target: "browser",
      format: "esm",
    });
    bundle = await (built.outputs[0]?.text() ?? "");
  });

  test("imports nothing", () => {
    expect(bundle.match(/^\s*import\b.*$|\brequire\(|\bimport\(/gm)).toBeNull();
  });

  test("drives a whole turn in a realm without host, clock and randomness", () => {
    const realm = createContext(Object.create(null));
    runInContext(strip, realm);
    const names = JSON.stringify(hostNames);
    const present = runInContext(`JSON.stringify(${names}.filter((n) => n in globalThis))`, realm);
    expect(present).toBe("[]");
    const program = bundle.replace(/export\s*\{[^}]*\};?\s*$/, "");
    const run = `(() => { ${program}\n;return ${play}; })()`;
    const machine = `(() => { ${program}\n;return sessionMachine; })()`;
    const inputs = JSON.stringify(JSON.stringify(script));
    const played: unknown = runInContext(`(${run})(${machine}, ${inputs})`, realm);
    expect(played).toBe(here());
  });

  test("drives the same turn in a worker", async () => {
    const core = join(folder, "core.js");
    const file = join(folder, "worker.js");
    await Bun.write(core, bundle);
    await Bun.write(
      file,
      `import { sessionMachine } from "./core.js";
      self.onmessage = ({ data }) => postMessage((${play})(sessionMachine, data));`,
    );
    const worker = new Worker(file);
    const played = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
    worker.postMessage(JSON.stringify(script));
    expect(await played).toBe(here());
    worker.terminate();
  });

  test("gives the same bytes each time it is given the same inputs", () => {
    expect(here()).toBe(here());
    expect(JSON.parse(here()).owed).toEqual([]);
  });
});
