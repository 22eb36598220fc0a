// kill -9 at every boundary of a tree of calls: an object that calls another, and every pattern of groups.
// Method: an undisturbed run tells how many boundaries there are; then the daemon is killed after each of
// them, in a session of its own, and what comes of it is compared with the undisturbed run.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Home, openHome, type Served } from "../support/home.ts";
import { type Wire, WireLost, type WirePayload } from "../support/wire-client.ts";

/** Where a run is killed: what a session does next stands behind each of these. */
const BOUNDARIES = [
  "TurnStarted",
  "ToolCallStarted",
  "DelegationStarted",
  "DelegationCompleted",
  "StepTaken",
  "TurnCompleted",
];

const script = (text: string) => `- text: ${text}\n  delay_ms: { first: 15 }\n  repeat: true\n`;
const scripts = {
  one: `- when: What two says\n  text: draft B\n  repeat: true\n${script("draft A")}`,
  two: `- when: draft B\n  text: '{"accepted": true, "comments": ""}'\n  repeat: true\n${script(
    `'{"accepted": false, "comments": "more"}'`,
  )}`,
  lead: script("All in all."),
  asker: `- tool_calls:\n    - { name: one, args: { message: Go. } }\n- text: It is done.\n`,
};

const fronts = {
  one: "",
  two: "",
  asker: "capabilities: [one]",
  sequential: "mode: sequential\ncapabilities: [one, two]",
  parallel: "mode: parallel\ncapabilities: [one, two]",
  debate: "mode: debate\ncapabilities: [one, two]\ngroup: { rounds: 2 }",
  review: "mode: review\ncapabilities: [one, two]",
};

const answers = {
  asker: "It is done.",
  sequential: '{"accepted": false, "comments": "more"}',
  parallel: "All in all.",
  debate: "All in all.",
  review: "draft B",
};

function writeObjects(home: Home): void {
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(home.workspace, `${name}.yml`), text);
  }
  const folder = join(dirname(home.state), "objects");
  mkdirSync(folder, { recursive: true });
  for (const [name, front] of Object.entries(fronts)) {
    const model = Object.hasOwn(scripts, name) ? name : "lead";
    const text = `---\nname: ${name}\nmodel: scripted/${model}.yml\n${front}\n---\nYou are ${name}.\n`;
    writeFileSync(join(folder, `${name}.md`), text);
  }
}

interface Run {
  ended: WirePayload;
  /** What happened in the root's session, as far as its pattern goes. */
  shape: string[];
  /** Sessions that were called. */
  children: number;
  boundaries: number;
}

/** Sends the message and follows until its turn ends; kills after so many boundaries, once. */
async function runOnce(
  home: Home,
  po_name: string,
  daemon: { now: Served },
  killAfter = Number.POSITIVE_INFINITY,
): Promise<Run> {
  let wire = await home.connect();
  const after = wire.hello.seq;
  const asked = { po_name, message: "Go.", message_key: `${po_name} ${killAfter}` };
  if (Number.isFinite(killAfter)) {
    const follow = await wire.follow({ event_types: BOUNDARIES, after });
    const sent = wire.ask("SendMessage", asked).catch(lost);
    const isFar = () => follow.frames.filter(({ type }) => type === "event").length >= killAfter;
    await follow.when(`boundary ${killAfter}`, isFar);
    await daemon.now.kill();
    await sent;
    wire.close();
    daemon.now = await home.serve();
    wire = await home.connect();
  }
  const { turn_id, session_id = "" } = await wire.ask("SendMessage", asked);
  const ended = await wire.ask("WaitForTurn", { turn_id });
  const run = await reportOf(wire, { session_id, ended, after });
  wire.close();
  return run;
}

/** The reply may have gone down with the daemon. */
function lost(thrown: unknown): void {
  if (!(thrown instanceof WireLost)) throw thrown;
}

async function reportOf(
  wire: Wire,
  { session_id, ended, after }: { session_id: string; ended: WirePayload; after: number },
): Promise<Run> {
  const follow = await wire.follow({ event_types: BOUNDARIES, after });
  await follow.until("the end", ({ type }) => type === "caught_up");
  const events = follow.frames.filter(({ type }) => type === "event");
  const { sessions } = await wire.ask("ListSessions", { parent: session_id });
  const shape = events
    .filter(({ payload }) => payload?.session_id === session_id)
    .map(({ event_type, payload }) =>
      event_type === "StepTaken" ? JSON.stringify(payload?.step) : String(event_type),
    );
  return {
    ended,
    shape: shape.toSorted(),
    children: (sessions as unknown[]).length,
    boundaries: events.length,
  };
}

const names = Object.keys(answers) as (keyof typeof answers)[];

test.each(names)(
  "%s is killed at every boundary and comes to the same end",
  async (name) => {
    await using home = await openHome();
    const daemon = { now: await home.serve() };
    writeObjects(home);
    const whole = await runOnce(home, name, daemon);
    expect(whole.ended).toMatchObject({ status: "completed", response: answers[name] });
    expect(whole.boundaries).toBeGreaterThan(5);
    // The last boundary is the end itself.
    for (let killAfter = 1; killAfter < whole.boundaries; killAfter += 1) {
      const { ended, shape, children } = await runOnce(home, name, daemon, killAfter);
      expect({ killAfter, status: ended.status, response: ended.response }).toEqual({
        killAfter,
        status: "completed",
        response: answers[name],
      });
      expect({ killAfter, shape, children }).toEqual({
        killAfter,
        shape: whole.shape,
        children: whole.children,
      });
    }
    expect(await daemon.now.stop()).toBe(0);
  },
  180_000,
);
