// What could go on for ever ends, with a reason that a human can read: a model that only calls tools, objects that
// call each other in a circle, workflows without a way out. And what runs beside each other does not mix.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dialects } from "../support/fake-vendors/dialects.ts";
import { type Reply, startFakeVendor } from "../support/fake-vendors/server.ts";
import { type Home, openHome } from "../support/home.ts";
import type { WirePayload } from "../support/wire-client.ts";

const openAiChat = dialects.find(({ vendor }) => vendor === "openai-chat") ?? expect.unreachable();

const script = (steps: string) => `${steps}\n`;
const calling = (name: string, args: string) =>
  script(`- tool_calls: [{ name: ${name}, args: ${args} }]\n  repeat: true`);

const scripts = {
  /** Never says anything, only looks. */
  restless: calling("file_list", "{}"),
  here: calling("there", "{ message: You do it. }"),
  there: calling("here", "{ message: No, you. }"),
  talker: script("- text: Done.\n  repeat: true"),
};

const capabilities = { restless: "file_list", here: "there", there: "here", talker: "" };

const loop = (limit: string) =>
  `nodes:\n  - {id: a, object: talker${limit}}\n  - {id: b, object: talker}\n` +
  "entry: [a]\nedges:\n  - {from: a, to: b}\n  - {from: b, to: a}\n";

/** `JAMEY_MODEL` plays no part: each object names its script. */
async function openEnvironment(): Promise<Home> {
  const home = await openHome();
  const folder = dirname(home.state);
  for (const name of ["objects", "workflows"]) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, able] of Object.entries(capabilities)) {
    const model = join(home.workspace, `${name}.yml`);
    writeFileSync(model, scripts[name as keyof typeof scripts]); // Both have the same keys.
    const front = `name: ${name}\nmodel: scripted/${model}\ncapabilities: [${able}]`;
    writeFileSync(join(folder, "objects", `${name}.md`), `---\n${front}\n---\nYou work.\n`);
  }
  writeFileSync(join(folder, "workflows", "endless.yml"), loop(""));
  writeFileSync(join(folder, "workflows", "limited.yml"), loop(", max_visits: 2"));
  return home;
}

/** The end of a turn, and how often a model was asked in all of the environment. */
async function endOf(home: Home, command: string, asked: object) {
  const wire = await home.connect();
  const after = wire.hello.seq;
  const { turn_id } = await wire.ask(command, asked);
  const { status, stop_reason, error } = await wire.ask("WaitForTurn", { turn_id });
  const follow = await wire.follow({ event_types: ["ModelCallStarted", "SessionCreated"], after });
  await follow.until("the end", ({ type }) => type === "caught_up");
  const count = (type: string) =>
    follow.frames.filter(({ event_type }) => event_type === type).length;
  const counts = { calls: count("ModelCallStarted"), sessions: count("SessionCreated") };
  wire.close();
  return { status, said: error?.message ?? stop_reason, ...counts };
}

const LIMIT = "The turn reached its limit of 5 model calls (max_iterations).";

test("a model that never stops calling tools is stopped by a limit, which its turn names", async () => {
  await using home = await openEnvironment();
  await home.serve();
  const ended = await endOf(home, "SendMessage", { po_name: "restless", message: "Go." });
  expect(ended).toEqual({ status: "failed", said: LIMIT, calls: 5, sessions: 1 });
  const { code, stderr } = await home.run(["-n", "--object", "restless", "-p", "Go."]);
  expect(code).toBe(4);
  expect(stderr).toContain(LIMIT);
});

test("two objects that send each other on are told so, and the turn ends by its limit", async () => {
  await using home = await openEnvironment();
  await home.serve();
  const ended = await endOf(home, "SendMessage", { po_name: "here", message: "Go." });
  expect(ended).toEqual({ status: "failed", said: LIMIT, calls: 5, sessions: 2 });
});

test("a workflow without a way out is refused with its line, and one with a limit ends by it", async () => {
  await using home = await openEnvironment();
  await home.serve();
  const refused = await home.run(["workflows", "run", "endless", "Go."]);
  expect([refused.code, refused.stdout]).toEqual([78, ""]);
  expect(refused.stderr).toContain("endless.yml:6: the circle a → b → a never ends");
  const ended = await endOf(home, "RunWorkflow", { workflow: "limited", message: "Go." });
  expect(ended).toEqual({
    status: "completed",
    said: "node a was visited 2 times (max_visits)",
    calls: 4,
    sessions: 5,
  });
});

/** A vendor that answers only when so many ask at once: whoever waits for another never comes to that. */
async function startMeeting(count: number) {
  const all = Promise.withResolvers<void>();
  let here = 0;
  return await startFakeVendor(async (): Promise<Reply> => {
    here += 1;
    if (here >= count) all.resolve();
    await all.promise;
    const { content_type, encode } = openAiChat;
    const pieces = encode({ text: "We met.", calls: [] });
    return { type: "answer", headers: { "content-type": content_type }, pieces, end: "whole" };
  });
}

test("two sessions of one object answer at the same time", async () => {
  await using vendor = await startMeeting(2);
  const { model, variables } = openAiChat;
  await using home = await openHome(variables(vendor.origin, "key-of-the-test"));
  await home.serve();
  const wire = await home.connect({ variables: variables(vendor.origin, "key-of-the-test") });
  const say = async () => {
    const asked = { po_name: "assistant", message: "Go.", settings: { model } };
    const { turn_id } = await wire.ask("SendMessage", asked);
    return await wire.ask("WaitForTurn", { turn_id });
  };
  const ended = await Promise.all([say(), say()]);
  expect(ended.map(({ status, response }) => [status, response])).toEqual([
    ["completed", "We met."],
    ["completed", "We met."],
  ]);
  wire.close();
});

test("two messages to one session are answered one after the other, in their order", async () => {
  await using home = await openHome({ JAMEY_MODEL: "offline/guide" });
  await home.serve();
  const [one, other] = [await home.connect(), await home.connect()];
  const follow = await one.follow({
    event_types: ["MessageQueued", "TurnStarted", "TurnCompleted", "HumanRequestQueued"],
  });
  const first = await one.ask("SendMessage", { po_name: "assistant", message: "/ask may I?" });
  const { session_id } = first;
  const { payload } = await follow.until("the question", ({ event_type }) => {
    return event_type === "HumanRequestQueued";
  });
  const said = { po_name: "assistant", session_id, message: "/say second" };
  const second = await other.ask("SendMessage", said);
  const response = { type: "answer", text: "yes" };
  await other.ask("RespondToRequest", { request_id: payload?.request_id, response });
  await other.ask("WaitForTurn", { turn_id: second.turn_id });
  const order = (turn: WirePayload, name: string) => [name, turn.turn_id];
  const isTold = () => follow.frames.filter(({ type }) => type === "event").length >= 7;
  await follow.when("both turns", isTold);
  expect(
    follow.frames
      .filter(({ type }) => type === "event")
      .map(({ event_type, payload }) => [event_type, payload?.turn_id]),
  ).toEqual([
    order(first, "MessageQueued"),
    order(first, "TurnStarted"),
    order(first, "HumanRequestQueued"),
    order(second, "MessageQueued"),
    order(first, "TurnCompleted"),
    order(second, "TurnStarted"),
    order(second, "TurnCompleted"),
  ]);
  for (const wire of [one, other]) wire.close();
});
