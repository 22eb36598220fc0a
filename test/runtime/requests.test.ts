// Questions to humans: one winner, the right kind of answer, secrets that nobody else sees.
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/protocol/messages.ts";
import { testTool } from "../support/test-tools.ts";
import { openTestWorld, type TestWorld, type TestWorldOptions } from "../support/world.ts";

/** A world in which the object has just asked. */
async function openAsking(
  call: { name: string; args: Json },
  options: TestWorldOptions = {},
): Promise<{ world: TestWorld; turn_id: string; session_id: string; request_id: string }> {
  const world = await openTestWorld({
    tools: [testTool("ask_human"), testTool("put", { risk: "write" })],
    script: ({ messages }) => {
      const last = messages[messages.length - 1];
      return last?.role === "tool" ? `It said: ${last.content}` : { calls: [call] };
    },
    ...options,
  });
  const { turn_id, session_id } = await world.ask("SendMessage", {
    po_name: "helper",
    message: "go",
    session_id: null,
  });
  await world.happened("HumanRequestQueued");
  const { requests } = await world.ask("ListPendingRequests", {});
  return { world, turn_id, session_id, request_id: requests[0]?.request_id ?? "" };
}

const question = { name: "ask_human", args: { question: "Why?" } };
const write = { name: "put", args: { text: "x" } };
const secret = (args: Record<string, Json> = {}) => ({
  name: "ask_human",
  args: { question: "The token?", kind: "secret", ...args },
});

const respond = (world: TestWorld, request_id: string, response: unknown) =>
  world.call("RespondToRequest", { request_id, response });

const codeOf = async (answer: ReturnType<TestWorld["call"]>) => {
  const { ok, payload } = await answer;
  return ok ? "ok" : (payload as { code: string }).code;
};

describe("RespondToRequest", () => {
  test("has one winner, and the second is told that it is answered", async () => {
    const { world, turn_id, request_id } = await openAsking(question);
    await using _ = world;
    const answers = await Promise.all(
      ["a", "b", "c"].map((text) => codeOf(respond(world, request_id, { type: "answer", text }))),
    );
    expect(answers.toSorted()).toEqual(["already_answered", "already_answered", "ok"]);
    const { response } = await world.ask("WaitForTurn", { turn_id });
    expect(response).toBe(`It said: ${["a", "b", "c"][answers.indexOf("ok")]}`);
    expect(world.rows({ types: ["HumanRequestResponded"] }).length).toBe(1);
    expect(await codeOf(respond(world, request_id, { type: "answer", text: "d" }))).toBe(
      "already_answered",
    );
  });

  test("is not lost to a wrong answer that is given at the same time", async () => {
    const { world, turn_id, request_id } = await openAsking(write);
    await using _ = world;
    const { requests } = await world.ask("ListPendingRequests", {});
    const decision = { type: "decision", decision: "approve" };
    const answers = await Promise.all(
      ["0".repeat(64), requests[0]?.hash].map((hash) =>
        codeOf(respond(world, request_id, { ...decision, hash })),
      ),
    );
    expect(answers).toEqual(["stale_hash", "ok"]);
    expect((await world.ask("WaitForTurn", { turn_id })).status).toBe("completed");
  });

  test("to what nobody asked is not found", async () => {
    await using world = await openTestWorld();
    expect(await codeOf(respond(world, "none", { type: "answer", text: "x" }))).toBe(
      "request_not_found",
    );
  });

  test.each([
    [write, "is an approval: answer it with type 'decision'."],
    [secret(), "is a secret: answer it with type 'secret'."],
  ])("%j says what it is to whoever answers with words", async (call, said) => {
    const { world, request_id } = await openAsking(call);
    await using _ = world;
    const answer = await respond(world, request_id, { type: "answer", text: "x" });
    expect(answer.payload).toMatchObject({ message: `The request ${request_id} ${said}` });
  });

  test("with an answer of the wrong kind says which is wanted, and leaves it open", async () => {
    const { world, request_id } = await openAsking(question);
    await using _ = world;
    expect(await respond(world, request_id, { type: "secret", value: "x" })).toEqual({
      ok: false,
      type: "Error",
      payload: {
        code: "invalid_request",
        message: `The request ${request_id} is a question: answer it with type 'answer'.`,
        details: { request_id },
      },
    });
    expect((await world.ask("ListPendingRequests", {})).requests.length).toBe(1);
  });

  test("with the hash of other arguments is stale; with the right one exactly that call runs", async () => {
    const { world, turn_id, request_id } = await openAsking(write);
    await using _ = world;
    const { requests } = await world.ask("ListPendingRequests", {});
    const hash = requests[0]?.hash ?? "";
    const decision = { type: "decision", decision: "approve" };
    expect(await codeOf(respond(world, request_id, { ...decision, hash: "0".repeat(64) }))).toBe(
      "stale_hash",
    );
    expect(await codeOf(respond(world, request_id, { ...decision, hash }))).toBe("ok");
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("It said: put done");
    const started = world.rows({ types: ["ToolCallStarted"] })[0]?.payload;
    expect(started).toMatchObject({ hash, tool_call: { name: "put", args: { text: "x" } } });
  });

  test("that denies runs nothing, and the run names what was denied", async () => {
    const put = testTool("put", { risk: "write" });
    const { world, turn_id, request_id } = await openAsking(write, { tools: [put] });
    await using _ = world;
    const { requests } = await world.ask("ListPendingRequests", {});
    const hash = requests[0]?.hash ?? "";
    const response = { type: "decision", decision: "deny", hash, reason: "Not today." };
    expect(await codeOf(respond(world, request_id, response))).toBe("ok");
    const run = await world.ask("WaitForTurn", { turn_id });
    expect(run.response).toBe("It said: A human denied this call. Not today.");
    expect(run.denials.map((denial) => denial.tool)).toEqual(["put"]);
    expect(put.ledger).toEqual([]);
  });

  test("to a turn that was cancelled is too late", async () => {
    const { world, turn_id, request_id } = await openAsking(question);
    await using _ = world;
    await world.ask("CancelTurn", { turn_id });
    expect(await world.ask("ListPendingRequests", {})).toEqual({ requests: [] });
    expect(await codeOf(respond(world, request_id, { type: "answer", text: "x" }))).toBe(
      "already_answered",
    );
    const { status, pending_requests } = await world.ask("WaitForTurn", { turn_id });
    expect([status, pending_requests]).toEqual(["cancelled", []]);
  });

  test("lists what is open of one session or of all", async () => {
    const { world, session_id } = await openAsking(question);
    await using _ = world;
    const other = await world.ask("SendMessage", {
      po_name: "helper",
      message: "go",
      session_id: null,
    });
    await world.happened("HumanRequestQueued", (row) => row.stream.endsWith(other.session_id));
    const of = async (one: string | null) =>
      (await world.ask("ListPendingRequests", { session_id: one })).requests.map(
        (request) => request.session_id,
      );
    expect(await of(null)).toEqual([session_id, other.session_id]);
    expect(await of(other.session_id)).toEqual([other.session_id]);
  });
});

describe("a secret", () => {
  const canary = 'sk-canary "quoted" and spaced ';
  const file = (world: TestWorld) => join(world.folder, "credentials");

  test("is kept in the credentials file alone: not in events, replies, requests or the log", async () => {
    const { world, turn_id, session_id, request_id } = await openAsking(
      secret({ name: "GITHUB_TOKEN" }),
      { log_level: "debug" },
    );
    await using _ = world;
    const inFile: boolean[] = [];
    world.refuse((append) => {
      if (append.events.some((event) => event.type === "HumanRequestResponded")) {
        inFile.push(readFileSync(file(world), "utf8").includes(canary));
      }
      return undefined;
    });
    expect(await codeOf(respond(world, request_id, { type: "secret", value: canary }))).toBe("ok");
    // It was there before the event was.
    expect(inFile).toEqual([true]);
    expect(readFileSync(file(world), "utf8")).toBe(`GITHUB_TOKEN="${canary}"\n`);
    expect(statSync(file(world)).mode & 0o777).toBe(0o600);
    const { response } = await world.ask("WaitForTurn", { turn_id });
    expect(response).toBe(
      "It said: The human gave the secret; it is kept where your tools cannot read it.",
    );
    const [responded] = world.rows({ types: ["HumanRequestResponded"] });
    expect(responded?.payload).toMatchObject({ response: { type: "secret", value: "[secret]" } });
    const everywhere = JSON.stringify([
      world.rows(),
      world.log,
      world.model.requests,
      await world.ask("GetSession", { session_id }),
    ]);
    expect(everywhere).not.toContain("canary");
  });

  test("without a fit name is kept under the name of its request", async () => {
    const ours = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_HOST", "JAMEY_MODEL", "JAMEY_TOKEN"];
    for (const name of [undefined, "lower", ...ours, 7, "A".repeat(65)]) {
      const call = secret(name === undefined ? {} : { name });
      const { world, request_id } = await openAsking(call);
      await using _ = world;
      await respond(world, request_id, { type: "secret", value: "v" });
      expect(readFileSync(file(world), "utf8")).toBe(`SECRET_${request_id}="v"\n`);
    }
  });

  test("never replaces one that is there: it is kept beside it, and the rest is left as it was", async () => {
    const { world, request_id } = await openAsking(secret({ name: "TOKEN" }));
    await using _ = world;
    writeFileSync(file(world), "# mine\nexport TOKEN=old\nOTHER=kept\n");
    chmodSync(file(world), 0o644);
    await respond(world, request_id, { type: "secret", value: "new" });
    expect(readFileSync(file(world), "utf8")).toBe(
      `# mine\nexport TOKEN=old\nOTHER=kept\nSECRET_${request_id}="new"\n`,
    );
    expect(statSync(file(world)).mode & 0o777).toBe(0o600);
  });

  test("is asked for with the name that the agent gives it, whatever the question says", async () => {
    const { world } = await openAsking(secret({ name: "GITHUB_TOKEN" }));
    await using _ = world;
    const { requests } = await world.ask("ListPendingRequests", {});
    expect(requests.map((one) => one.question)).toEqual([
      'The token? (to be kept as "GITHUB_TOKEN")',
    ]);
  });

  test("goes through a link to the file that it names", async () => {
    const { world, request_id } = await openAsking(secret({ name: "TOKEN" }));
    await using _ = world;
    const real = join(world.folder, "elsewhere");
    writeFileSync(real, "");
    symlinkSync(real, file(world));
    await respond(world, request_id, { type: "secret", value: "new" });
    expect(readFileSync(real, "utf8")).toBe('TOKEN="new"\n');
  });

  test("that one line cannot hold is refused, and the question stays open", async () => {
    const { world, request_id } = await openAsking(secret({ name: "TOKEN" }));
    await using _ = world;
    for (const value of ["", "a\nOPENAI_BASE_URL=http://evil", "a\0b", "a\rb"]) {
      expect(await codeOf(respond(world, request_id, { type: "secret", value }))).toBe(
        "invalid_request",
      );
    }
    expect(
      await codeOf(respond(world, request_id, { type: "secret", value: "x".repeat(70_000) })),
    ).toBe("too_large");
    expect((await world.ask("ListPendingRequests", {})).requests.length).toBe(1);
    expect(await codeOf(respond(world, request_id, { type: "secret", value: "fine" }))).toBe("ok");
  });

  test("that cannot be written leaves the question open", async () => {
    const { world, request_id } = await openAsking(secret({ name: "TOKEN" }));
    await using _ = world;
    mkdirSync(file(world));
    const answer = await codeOf(respond(world, request_id, { type: "secret", value: "v" }));
    expect(answer).toBe("config_invalid");
    expect((await world.ask("ListPendingRequests", {})).requests.length).toBe(1);
    expect(world.rows({ types: ["HumanRequestResponded"] })).toEqual([]);
  });

  test("of an answer that could not be kept is not in the file, and the next has its name", async () => {
    const { world, request_id } = await openAsking(secret({ name: "TOKEN" }));
    await using _ = world;
    writeFileSync(file(world), "OTHER=kept\n");
    world.refuse(({ stream }) =>
      stream.startsWith("session/") ? new Error("the disk is full") : undefined,
    );
    const say = (value: string) => codeOf(respond(world, request_id, { type: "secret", value }));
    expect(await say("mistyped")).toBe("internal");
    expect(readFileSync(file(world), "utf8")).toBe("OTHER=kept\n");
    world.refuse(undefined);
    expect(await say("right")).toBe("ok");
    expect(readFileSync(file(world), "utf8")).toBe('OTHER=kept\nTOKEN="right"\n');
  });

  test("that a crash left in the file is not kept a second time", async () => {
    const { world, request_id } = await openAsking(secret({ name: "TOKEN" }));
    await using _ = world;
    writeFileSync(file(world), 'TOKEN="v"\n');
    expect(await codeOf(respond(world, request_id, { type: "secret", value: "v" }))).toBe("ok");
    expect(readFileSync(file(world), "utf8")).toBe('TOKEN="v"\n');
  });

  test("of the one who is second never reaches the file", async () => {
    const { world, request_id } = await openAsking(secret({ name: "TOKEN" }));
    await using _ = world;
    const answers = await Promise.all(
      ["one", "two"].map((value) => codeOf(respond(world, request_id, { type: "secret", value }))),
    );
    expect(answers).toEqual(["ok", "already_answered"]);
    expect(readFileSync(file(world), "utf8")).toBe('TOKEN="one"\n');
  });
});
