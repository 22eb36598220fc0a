// kill -9, again and again: what was acknowledged is there, nothing runs twice, every turn ends by itself.
// Method: a daemon under real turns is killed at moments that a seed chooses and at every step of a turn;
// afterwards the oracle compares what clients were told, what the log says and what the tools wrote down.
// JAMEY_KILLS and JAMEY_SEED give more of them, and others.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createRandom, type Random } from "../core/support/random.ts";
import { answersSince } from "../support/fake-vendors/conversation.ts";
import { readChat, readRequest } from "../support/fake-vendors/readers.ts";
import { judgeDatabase } from "../support/journal-file.ts";
import { answerOf } from "../support/kill-model.ts";
import { type KillRun, openKillRun } from "../support/kill-run.ts";
import { judgeEvidence } from "../support/oracle.ts";
import { processesWith, untilNone } from "../support/processes.ts";
import type { WirePayload } from "../support/wire-client.ts";

const KILLS = Number(process.env.JAMEY_KILLS ?? 60);
const SEED = Number(process.env.JAMEY_SEED ?? 20_261_121);
const MOST_FRAMES = 70;
const MOST_SENDS = 3;
/** So often the turns that piled up are let run until only humans are awaited. */
const DRAIN_EVERY = 4;
const KINDS = ["stream", "work", "work", "ask", "shape"] as const;

/** Everything that must hold after any torture, in one place. */
async function judgeRun(run: KillRun): Promise<void> {
  const runs = await run.settle();
  expect(runs.map(({ status }) => status)).toEqual(run.sent.map(() => "completed"));
  expect(judgeAnswers(run, runs)).toEqual([]);
  expect([run.model.refused, run.conflicts]).toEqual([[], []]);
  expect(judgeEvidence(await run.evidence())).toEqual([]);
  const mark = `JAMEY_JOURNAL_ID=${run.journal_id()}`;
  expect(await untilNone(() => processesWith(mark))).toEqual([]);
  expect(await run.stop()).toBe(0);
  const { socket, state, database } = run.home;
  expect([socket, join(state, "daemon.json")].filter((path) => existsSync(path))).toEqual([]);
  expect(judgeDatabase(database)).toEqual([]);
}

/** Every turn gave the whole answer that its model had for it. */
function judgeAnswers(run: KillRun, runs: WirePayload[]): string[] {
  const requests = new Map(
    run.record.frames
      .filter(({ event_type }) => event_type === "HumanRequestQueued")
      .map(({ payload }) => [payload?.turn_id, payload?.request_id]),
  );
  return runs.flatMap(({ response }, index) => {
    const { content = "", turn_id } = run.sent[index] ?? {};
    const asked = requests.get(turn_id);
    const expected = answerOf(content, asked === undefined ? "" : `: answer-to-${asked}`);
    return response === expected ? [] : [`'${response}' instead of '${expected}'`];
  });
}

/** Sends some messages, some of them into sessions that are there, and answers some questions. */
async function disturb(run: KillRun, random: Random, cycle: number): Promise<void> {
  const sending = Array.from({ length: random.between(1, MOST_SENDS) }, async (_, index) => {
    const content = `${random.pick(KINDS)} ${cycle}-${index}`;
    const known =
      run.sent.length > 0 && random.oneIn(3) ? random.pick(run.sent).session_id : undefined;
    await run.send(content, known);
  });
  const again = run.sent.length > 0 && random.oneIn(2) ? random.pick(run.sent) : undefined;
  const isAnswering = random.oneIn(2);
  await Promise.all([
    ...sending,
    again && run.send(again.content, again.session_id),
    run.answer(() => isAnswering),
  ]);
}

test(
  `after ${KILLS} kills at random moments nothing is lost, doubled or left behind`,
  async () => {
    await using run = await openKillRun();
    const random = createRandom(SEED);
    for (let cycle = 0; cycle < KILLS; cycle += 1) {
      await run.start();
      const isDrained = random.oneIn(DRAIN_EVERY);
      const frames = run.record.frames.length + random.between(0, MOST_FRAMES);
      const disturbed = disturb(run, random, cycle);
      const quiet = disturbed.then(async () => await run.when("quiet", run.isQuiet));
      const reached = isDrained
        ? quiet
        : run.when("its moment", () => run.record.frames.length >= frames);
      await Promise.race([reached, quiet]);
      await run.kill();
      await Promise.allSettled([quiet, reached]);
      await disturbed;
    }
    await run.start();
    await judgeRun(run);
  },
  60_000 + KILLS * 5_000,
);

const stepsOf = (run: KillRun, session_id: string) => run.record.steps.get(session_id) ?? [];

/** One turn with text, a tool and a question, until it has come so far; the question is answered. */
async function runTurn(run: KillRun, content: string, isFar: (steps: string[]) => boolean) {
  const { session_id = "" } = (await run.send(content)) ?? {};
  const isAsked = () => [...run.record.open.values()].includes(session_id);
  const isReached = () => isFar(stepsOf(run, session_id));
  await run.when("a step, or the question", () => isReached() || isAsked());
  if (!isReached()) {
    await run.answer(() => true);
    await run.when("a step", isReached);
  }
  return session_id;
}

test("a kill at every step of a turn is survived, and the turn still gives its answer", async () => {
  await using run = await openKillRun();
  await run.start();
  const session_id = await runTurn(run, "all undisturbed", (steps) =>
    steps.includes("TurnCompleted"),
  );
  const steps = stepsOf(run, session_id);
  expect(steps).toEqual(expect.arrayContaining(["ToolCallCompleted", "HumanRequestResponded"]));
  for (const step of steps.keys()) {
    await runTurn(run, `all ${step + 1}`, ({ length }) => length > step);
    await run.kill();
    await run.start();
  }
  await judgeRun(run);
}, 120_000);

test("a tool that has done its work when the daemon dies is not run again", async () => {
  await using run = await openKillRun();
  await run.start();
  const one = await run.send("suicide 1");
  await run.gone();
  await run.start();
  await judgeRun(run);
  const requests = run.vendor.asked.map(({ body }) => answersSince(readRequest(readChat, body)));
  // The answer that was paid for before the kill is not asked for again.
  expect(requests).toEqual([0, 1]);
  const outcomes = run.record.frames
    .filter(
      ({ event_type, payload }) =>
        event_type === "ToolCallCompleted" && payload?.turn_id === one?.turn_id,
    )
    .map(({ payload }) => payload?.outcome);
  expect(outcomes).toEqual(["interrupted"]);
});
