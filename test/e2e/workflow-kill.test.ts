// kill -9 at boundaries of a workflow with fan-out, joins, a loop and a human question, on the binary.
// Method: an undisturbed run tells how many steps there are; then the daemon is killed after every third of
// them, in a session of its own, and what comes of it is compared with the undisturbed run. Every single
// commit has its turn in test/runtime/paper-and-journal.test.ts, in memory.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Home, openHome, type Served } from "../support/home.ts";
import { type Wire, WireLost, type WirePayload } from "../support/wire-client.ts";

const workflow = `
nodes:
  - {id: start, object: one}
  - {id: left, object: one, prompt: "left {{input}}"}
  - {id: right, object: two, prompt: "right {{input}}"}
  - {id: both, object: one, join: all, prompt: "both"}
  - {id: each, object: two, join: any, prompt: "each"}
  - {id: ask, object: asker, prompt: "ask"}
  - {id: end, object: two, prompt: "end {{nodes.ask}}"}
entry: [start]
answer: end
edges:
  - {from: start, to: left}
  - {from: start, to: right}
  - {from: left, to: both}
  - {from: right, to: both}
  - {from: left, to: each}
  - {from: right, to: each}
  - {from: both, to: start, condition: visits < 2}
  - {from: both, to: ask, condition: visits == 2}
  - {from: ask, to: end}
`;

const scripts = {
  one: "- text: one says\n  delay_ms: { first: 10 }\n  repeat: true\n",
  two: "- text: two says\n  delay_ms: { first: 10 }\n  repeat: true\n",
  asker: "- tool_calls: [{ name: ask_human, args: { question: Which colour? } }]\n- text: Blue.\n",
};

function writeEnvironment(home: Home): void {
  const folder = dirname(home.state);
  for (const name of ["objects", "workflows"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "manifest.yml"), "limits: { max_iterations: 200 }\n");
  writeFileSync(join(folder, "workflows", "wide.yml"), workflow);
  for (const [name, text] of Object.entries(scripts)) {
    const script = join(home.workspace, `${name}.yml`);
    writeFileSync(script, text);
    const front = `name: ${name}\nmodel: scripted/${script}\ncapabilities: [ask_human]`;
    writeFileSync(join(folder, "objects", `${name}.md`), `---\n${front}\n---\nYou are ${name}.\n`);
  }
}

interface Run {
  ended: WirePayload;
  /** Steps without the order of what ran beside each other. */
  steps: string[];
}

async function runOnce(
  home: Home,
  daemon: { now: Served },
  killAfter = Number.POSITIVE_INFINITY,
): Promise<Run> {
  let wire = await home.connect();
  const after = wire.hello.seq;
  const asked = { workflow: "wide", message: "Go.", message_key: `run ${killAfter}` };
  let answered = answerQuestion(wire, after);
  if (Number.isFinite(killAfter)) {
    const follow = await wire.follow({ event_types: ["StepTaken"], after });
    const sent = wire.ask("RunWorkflow", asked).catch(lost);
    const isFar = () => follow.frames.filter(({ type }) => type === "event").length >= killAfter;
    await follow.when(`step ${killAfter}`, isFar);
    await daemon.now.kill();
    await Promise.all([sent, answered]);
    wire.close();
    daemon.now = await home.serve();
    wire = await home.connect();
    answered = answerQuestion(wire, after);
  }
  const { turn_id } = await wire.ask("RunWorkflow", asked);
  const ended = await wire.ask("WaitForTurn", { turn_id });
  const steps = await stepsOf(wire, after);
  wire.close();
  await answered;
  return { ended, steps };
}

/** Answers what is asked after this place of the journal, once; a question that was answered stays so. */
async function answerQuestion(wire: Wire, after: number): Promise<void> {
  try {
    const follow = await wire.follow({ event_types: ["HumanRequestQueued"], after });
    const { payload } = await follow.until("the question", ({ type }) => type === "event");
    const response = { type: "answer", text: "blue" };
    await wire.ask("RespondToRequest", { request_id: payload?.request_id, response });
  } catch (thrown) {
    // The daemon was killed, or the question had its answer before.
    const isAnswered =
      thrown instanceof Error && /already|not found|no request/i.test(thrown.message);
    if (!isAnswered) lost(thrown);
  }
}

/** The reply may have gone down with the daemon. */
function lost(thrown: unknown): void {
  if (!(thrown instanceof WireLost)) throw thrown;
}

async function stepsOf(wire: Wire, after: number): Promise<string[]> {
  const follow = await wire.follow({ event_types: ["StepTaken", "HumanRequestQueued"], after });
  await follow.until("the end", ({ type }) => type === "caught_up");
  return follow.frames
    .filter(({ type }) => type === "event")
    .map(({ payload }) => {
      // What is no step is the question. The daemon wrote the payload by the table of events.
      if (!payload?.step) return "asked";
      const { call_id: _, ...step } = payload.step as Record<string, unknown>;
      return JSON.stringify(step);
    })
    .toSorted();
}

/** Steps from one kill to the next. */
const KILL_EVERY = 3;

test("a workflow killed along its steps comes to the same end, and its question is asked once", async () => {
  await using home = await openHome();
  writeEnvironment(home);
  const daemon = { now: await home.serve() };
  const whole = await runOnce(home, daemon);
  expect(whole.ended).toMatchObject({ status: "completed", response: "two says" });
  expect(whole.steps.filter((step) => step === "asked")).toEqual(["asked"]);
  const count = whole.steps.length - 1;
  expect(count).toBeGreaterThan(25);
  for (let killAfter = 1; killAfter < count; killAfter += KILL_EVERY) {
    const { ended, steps } = await runOnce(home, daemon, killAfter);
    expect([killAfter, ended.status, ended.response]).toEqual([killAfter, "completed", "two says"]);
    expect([killAfter, steps]).toEqual([killAfter, whole.steps]);
  }
}, 240_000);
