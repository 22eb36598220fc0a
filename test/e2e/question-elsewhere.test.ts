// A question outlives everything: it is asked through one interface, the daemon is killed with SIGKILL, and it is
// answered through another. Two objects ask at once, so that each answer has to reach the one it belongs to.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Home } from "../support/home.ts";
import { type Killable, openPlace } from "../support/seats/place.ts";
import type { WirePayload } from "../support/wire-client.ts";

const objects = ["baker", "sailor"] as const;

/** Each asks another question, and says again what it was told. */
function writeObjects(home: Home): void {
  const folder = join(dirname(home.state), "objects");
  mkdirSync(folder, { recursive: true });
  for (const name of objects) {
    const text = `---\nname: ${name}\nmodel: offline/guide\ncapabilities: [ask_human]\n---\nYou ask.\n`;
    writeFileSync(join(folder, `${name}.md`), text);
  }
}

interface Answering {
  request_id: string;
  text: string;
}

/** An interface: how a message is sent through it that will ask, and how a question is answered. */
interface Door {
  /** Resolves to what whoever sent it is told in the end. */
  say(place: Killable, po_name: string, message: string): Promise<string>;
  answer(place: Killable, answering: Answering): Promise<void>;
}

async function rest(place: Killable, path: string, body: object): Promise<string> {
  const response = await fetch(`${place.url()}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${place.token()}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.ok) return text;
  throw new Error(`${path}: ${response.status} ${text}`);
}

const doors = {
  cli: {
    async say({ home }, po_name, message) {
      const args = ["-n", "--object", po_name, "--on-ask", "queue", "-p", message];
      return (await home.run(args)).stdout;
    },
    async answer({ home }, { request_id, text }) {
      const { code, stderr } = await home.run(["requests", "answer", request_id, text]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  },
  rest: {
    say: (place, po_name, message) =>
      rest(place, `/api/pos/${po_name}/message`, { message, settings: { on_ask: "queue" } }),
    answer: async (place, { request_id, text }) =>
      void (await rest(place, `/api/requests/${request_id}/respond`, {
        response: { type: "answer", text },
      })),
  },
  websocket: {
    async say({ home }, po_name, message) {
      const wire = await home.connect();
      await wire.ask("SendMessage", { po_name, message });
      await wire.closed;
      return "";
    },
    async answer({ home }, { request_id, text }) {
      const wire = await home.connect();
      await wire.ask("RespondToRequest", { request_id, response: { type: "answer", text } });
      wire.close();
    },
  },
} satisfies Record<string, Door>;

type Name = keyof typeof doors;
const names = Object.keys(doors) as Name[]; // The keys of the table.
const pairs = names.flatMap((asked) => names.map((answered): [Name, Name] => [asked, answered]));

/** What waits, by who asks. */
async function waiting({ home }: Killable): Promise<Map<string, WirePayload>> {
  const wire = await home.connect();
  const { requests } = await wire.ask("ListPendingRequests", {});
  wire.close();
  // The documented list.
  return new Map((requests as WirePayload[]).map((one) => [String(one.from_po), one]));
}

async function endOf(place: Killable, turn_id: unknown): Promise<WirePayload> {
  const wire = await place.home.connect();
  const ended = await wire.ask("WaitForTurn", { turn_id });
  wire.close();
  return ended;
}

test.each(pairs)(
  "questions asked by %s are answered by %s after a kill, each object gets its own answer and goes on",
  async (asked, answered) => {
    await using place = await openPlace(writeObjects);
    const wire = await place.home.connect();
    const follow = await wire.follow({ event_types: ["HumanRequestQueued"] });
    const saying = objects.map((name) =>
      // A connection ends with its daemon; the command line comes back to the next one.
      doors[asked].say(place, name, `/ask what does the ${name} need?`).catch(() => ""),
    );
    const isAsked = () => follow.frames.filter(({ type }) => type === "event").length === 2;
    await follow.when("both questions", isAsked);
    wire.close();
    const before = await waiting(place);
    await place.kill();
    const after = await waiting(place);
    expect([...after.keys()].toSorted()).toEqual([...objects]);
    for (const name of objects.toReversed()) {
      const { request_id = "", question } = after.get(name) ?? {};
      expect([request_id, question]).toEqual([
        before.get(name)?.request_id ?? "",
        `what does the ${name} need?`,
      ]);
      await doors[answered].answer(place, { request_id, text: `something for the ${name}` });
    }
    for (const name of objects) {
      const ended = await endOf(place, after.get(name)?.turn_id);
      expect(ended).toMatchObject({ status: "completed" });
      expect(ended.response).toContain(`something for the ${name}`);
    }
    expect((await waiting(place)).size).toBe(0);
    const said = await Promise.all(saying);
    if (asked !== "cli") return;
    expect(said).toEqual(
      objects.map((name) => expect.stringContaining(`something for the ${name}`)),
    );
  },
  60_000,
);

const chain = {
  lead: "- tool_calls: [{ name: middle, args: { message: Go. } }]\n- text: The lead is content.\n",
  middle: "- tool_calls: [{ name: bottom, args: { message: Go. } }]\n- text: It is answered.\n",
  bottom: "- tool_calls: [{ name: ask_human, args: { question: Which colour? } }]\n- text: Good.\n",
};
const able = { lead: "middle", middle: "bottom", bottom: "ask_human" };

/** Each object plays a script, and all but the last call the next one. */
function writeChain(home: Home): void {
  const folder = dirname(home.state);
  mkdirSync(join(folder, "objects"), { recursive: true });
  writeFileSync(join(folder, "manifest.yml"), "limits: { max_iterations: 200 }\n");
  for (const [name, script] of Object.entries(chain)) {
    const file = join(home.workspace, `${name}.yml`);
    writeFileSync(file, script);
    const capabilities = able[name as keyof typeof able]; // Both have the same keys.
    const front = `name: ${name}\nmodel: scripted/${file}\ncapabilities: [${capabilities}]`;
    writeFileSync(join(folder, "objects", `${name}.md`), `---\n${front}\n---\nYou work.\n`);
  }
}

test("a question three calls away names who asks, and after two kills its answer goes all the way back", async () => {
  await using place = await openPlace(writeChain);
  const wire = await place.home.connect();
  const follow = await wire.follow({ event_types: ["HumanRequestQueued"] });
  const { turn_id } = await wire.ask("SendMessage", { po_name: "lead", message: "Go." });
  await follow.until("the question", ({ type }) => type === "event");
  await place.kill();
  const [[asker, request] = []] = await waiting(place);
  expect([asker, request?.question]).toEqual(["bottom", "Which colour?"]);
  await place.kill();
  await doors.rest.answer(place, { request_id: request?.request_id ?? "", text: "blue" });
  expect(await endOf(place, turn_id)).toMatchObject({
    status: "completed",
    response: "The lead is content.",
  });
  const again = await place.home.connect();
  const events = await again.follow({ event_types: ["SessionCreated", "TurnCompleted"], after: 0 });
  await events.until("the end", ({ type }) => type === "caught_up");
  const types = events.frames.flatMap(({ event_type }) => event_type ?? []).toSorted();
  expect(types).toEqual([
    ...Array.from({ length: 3 }, () => "SessionCreated"),
    ...Array.from({ length: 3 }, () => "TurnCompleted"),
  ]);
  again.close();
}, 60_000);
