// A run on paper and the run in the journal have the same shape: the machine alone, with members that are
// functions, beside a whole daemon with the same objects; killed at any commit, it is still that shape.
import { expect, test } from "bun:test";
import { createSessionMachine } from "../../src/core/index.ts";
import type { Happened } from "../../src/core/session/state.ts";
import { createConditions } from "../../src/runtime/workflows/conditions.ts";
import { readWorkflow } from "../../src/runtime/workflows/workflow-file.ts";
import { askHumanTool } from "../../src/tools/ask-human.ts";
import { groupWith, objectToolOf } from "../core/support/builders.ts";
import { stepsIn } from "../core/support/flow.ts";
import { answerIn, type Game, playGroup, shapeOf } from "../core/support/group.ts";
import type { Script } from "../support/test-model.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const members = ["one", "two", "three"];
const objects = [...members, "asker"];
const TASK = "What is it?";
const OWN = "All in all.";
const TOLD = "They said blue.";

/** Follows from the words alone, so that who is asked again says the same. */
type Say = (po_name: string, message: string) => string;

const plain: Say = (po_name, message) =>
  po_name === "asker" ? TOLD : `${po_name} read ${message.length} letters`;
const reviewing: Say = (po_name, message) => {
  if (po_name === "one") return message.includes("once more") ? "the second draft" : "a draft";
  return JSON.stringify({ accepted: message.includes("the second draft"), comments: "once more" });
};

const wide = `
nodes:
  - {id: start, object: one}
  - {id: left, object: one, prompt: "left {{input}}"}
  - {id: right, object: two, prompt: "right {{input}}"}
  - {id: both, object: three, join: all, prompt: "both {{input}}"}
  - {id: each, object: two, join: any, prompt: "each"}
  - {id: ask, object: asker, prompt: "ask"}
  - {id: end, object: three, prompt: "end {{nodes.ask}}"}
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

const circle = `
nodes:
  - {id: a, object: one, max_visits: 3}
  - {id: b, object: two}
entry: [a]
answer: a
edges:
  - {from: a, to: b}
  - {from: b, to: a}
`;

interface Piece {
  /** What the file of the leading object says of how it works. */
  front: string;
  /** The same for the machine alone; of a workflow this is its file. */
  works: Partial<Game["agent"]["group"]> | string;
  say: Say;
}

const pieces = {
  sequential: { front: "mode: sequential", works: { members }, say: plain },
  parallel: { front: "mode: parallel", works: { members }, say: plain },
  debate: {
    front: "mode: debate\ngroup: { rounds: 2 }",
    works: { members, rounds: 2 },
    say: plain,
  },
  "judged debate": {
    front: "mode: debate\ngroup: { members: [one, two], judge: three, rounds: 2 }",
    works: { members: ["one", "two"], judge: "three", rounds: 2 },
    say: plain,
  },
  review: { front: "mode: review", works: { members }, say: reviewing },
  "workflow with fan-out, joins, a loop and a question": {
    front: "mode: workflow\ngroup: { workflow: it }",
    works: wide,
    say: plain,
  },
  "workflow that goes in a circle up to its limit": {
    front: "mode: workflow\ngroup: { workflow: it }",
    works: circle,
    say: plain,
  },
} satisfies Record<string, Piece>;

interface Run {
  /** What happened in the session of the run, without the order of what ran beside each other. */
  shape: string[];
  answer: unknown;
}

/** A model call of the object itself that a kill interrupts is made again, and is no step of its pattern. */
const shapeIn = ({ works }: Piece, events: Happened[]): string[] =>
  (typeof works === "string" ? stepsIn(events) : shapeOf(events))
    .filter((line) => line !== "the object itself")
    .toSorted();

async function onPaper(piece: Piece): Promise<Run> {
  const { works, front, say } = piece;
  const mode = /^mode: (\w+)/.exec(front)?.[1] as Game["agent"]["mode"]; // Each piece has one.
  const conditions = createConditions();
  await conditions.load();
  const read =
    typeof works === "string"
      ? await readWorkflow(
          { text: works, file: "it.yml", name: "it" },
          { hasObject: () => true, hasTool: () => false, conditions },
        )
      : undefined;
  const group = typeof works === "string" ? {} : works;
  const played = playGroup({
    agent: {
      mode,
      workflow: read?.workflow ?? null,
      group: groupWith(group),
      tools: objects.map(objectToolOf),
    },
    machine: createSessionMachine({ evaluate: conditions.evaluate }),
    member: ({ po_name, message }) => say(po_name, message),
    own: OWN,
    message: TASK,
  });
  return { shape: shapeIn(piece, played.events), answer: answerIn(played) };
}

function scriptOf({ say }: Piece): Script {
  return ({ system, messages }) => {
    const name = objects.find((one) => system.startsWith(`You ${one}.`));
    if (name === undefined) return OWN;
    const asked = messages.findLast(({ role }) => role === "user")?.content ?? "";
    const isAsking = name === "asker" && messages.at(-1)?.role !== "tool";
    if (isAsking) return { calls: [{ name: "ask_human", args: { question: "Which colour?" } }] };
    return say(name, asked);
  };
}

const openWorldOf = (piece: Piece): Promise<TestWorld> =>
  openTestWorld({
    objects: {
      "lead.md": objectText({
        name: "lead",
        front: `${piece.front}\ncapabilities: [${members.join(", ")}]`,
        body: "You lead.",
      }),
      ...Object.fromEntries(
        objects.map((name) => [
          `${name}.md`,
          objectText({ name, front: "capabilities: [ask_human]", body: `You ${name}.` }),
        ]),
      ),
    },
    ...(typeof piece.works === "string" ? { workflows: { it: piece.works } } : {}),
    tools: [askHumanTool()],
    config: { limits: { max_iterations: 200 } },
    script: scriptOf(piece),
  });

/** Answers what waits; where that is answered already, or nobody is there any more, nothing comes of it. */
async function answerAll(world: TestWorld): Promise<void> {
  const { requests } = await world.ask("ListPendingRequests", {});
  const response = { type: "answer", text: "blue" };
  for (const { request_id } of requests) {
    await world.call("RespondToRequest", { request_id, response });
  }
}

/** Plays it in a whole daemon, which dies at each of these commits. */
async function inJournal(
  piece: Piece,
  ...deaths: number[]
): Promise<Run & { commits: number; died: number }> {
  await using world = await openWorldOf(piece);
  let dying = Promise.withResolvers<void>();
  let commits = 0;
  let died = 0;
  let isDown = false;
  world.store.journal.follow(() => {
    commits += 1;
    if (isDown || commits < (deaths[died] ?? Number.POSITIVE_INFINITY)) return;
    isDown = true;
    died += 1;
    world.crash();
    dying.resolve();
  });
  const asked = { po_name: "lead", message: TASK, message_key: "the-one-message" };
  const run = async () => {
    void world.happened("HumanRequestQueued").then(() => answerAll(world));
    const { turn_id } = await world.ask("SendMessage", asked);
    return await world.ask("WaitForTurn", { turn_id });
  };
  let ended = await Promise.race([run(), dying.promise]);
  while (!ended) {
    dying = Promise.withResolvers();
    isDown = false;
    await world.start();
    // What waited when it died is nobody's news any more.
    void answerAll(world);
    ended = await Promise.race([run(), dying.promise]);
  }
  const { response, session_id } = ended;
  // Every row of a session's stream is one of its machine's events.
  const events = world.rows({ session_id }) as unknown as Happened[];
  return { shape: shapeIn(piece, events), answer: response, commits, died };
}

const names = Object.keys(pieces) as (keyof typeof pieces)[]; // The keys of the table.

test.each(names)(
  "%s: on paper, in the journal, and in the journal of a daemon that dies at any commit",
  async (name) => {
    const piece: Piece = pieces[name];
    const paper = await onPaper(piece);
    expect(paper.shape.length).toBeGreaterThan(5);
    const { commits, ...whole } = await inJournal(piece);
    expect(whole).toEqual({ ...paper, died: 0 });
    // Twice in each run: at a commit of its first half, and at one of its second.
    const half = Math.ceil(commits / 2);
    for (let dieAt = 1; dieAt <= half; dieAt += 1) {
      const { shape, answer, died } = await inJournal(piece, dieAt, dieAt + half);
      expect({ dieAt, shape, answer }).toEqual({ dieAt, ...paper });
      expect(died).toBeGreaterThan(0);
    }
  },
  60_000,
);
