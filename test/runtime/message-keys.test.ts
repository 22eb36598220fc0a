// The key of a message, which makes it one message however often it is sent, and settings that there are not.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

const codeOf = async (world: TestWorld, command: string, params: unknown) => {
  const answer = await world.call(command, params);
  return answer.ok ? "ok" : answer.payload.code;
};

const echo = ({ messages }: { messages: { content: string }[] }) =>
  `You said: ${messages[messages.length - 1]?.content}`;

describe("a message key", () => {
  const keyed = (world: TestWorld, message = "hi") =>
    world.ask("SendMessage", { po_name: "helper", message, message_key: "k1" });

  test("given again returns the same ids and starts nothing", async () => {
    await using world = await openTestWorld({ script: echo });
    const first = await keyed(world);
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    const head = world.store.journal.head();
    expect(await keyed(world)).toEqual(first);
    expect(world.store.journal.head()).toBe(head);
    expect(world.model.requests.length).toBe(1);
  });

  test("given with another message is refused, also while the first is being kept", async () => {
    const image = (text: string) => ({ media_type: "image/png", data: btoa(text), name: null });
    await using world = await openTestWorld({
      script: echo,
      objects: {
        "helper.md": objectText({ name: "helper" }),
        "other.md": objectText({ name: "other" }),
      },
    });
    const said = { po_name: "helper", message: "hi", attachments: [image("one")] };
    const ask = (more: object) =>
      codeOf(world, "SendMessage", { ...said, ...more, message_key: "k1" });
    expect(await Promise.all([ask({}), ask({ message: "at once" }), ask({})])).toEqual([
      "ok",
      "already_exists",
      "ok",
    ]);
    const others = [
      { message: "something else" },
      { po_name: "other" },
      { session_id: "s-other" },
      { attachments: [] },
      { attachments: [image("two")] },
    ];
    for (const other of others) expect(await ask(other)).toBe("already_exists");
    const { sessions } = await world.ask("ListSessions", {});
    expect(await ask({ session_id: sessions[0]?.session_id })).toBe("ok");
    expect(world.rows({ types: ["MessageQueued"] }).length).toBe(1);
  });

  test("given by many at once makes one session and one turn", async () => {
    await using world = await openTestWorld({ script: echo });
    const all = await Promise.all(Array.from({ length: 20 }, () => keyed(world)));
    expect(all).toEqual(Array.from({ length: 20 }, () => all[0] as never));
    expect((await world.ask("ListSessions", {})).sessions.length).toBe(1);
  });

  test("is known after a restart", async () => {
    await using world = await openTestWorld({ script: echo });
    const first = await keyed(world);
    await world.restart();
    expect(await keyed(world)).toEqual(first);
    await world.ask("WaitForTurn", { turn_id: first.turn_id });
    expect((await world.ask("ListSessions", {})).sessions.length).toBe(1);
  });

  test("whose message could not be committed is free again", async () => {
    await using world = await openTestWorld({ script: echo });
    world.refuse(() => new JameyError("storage_failed", "The disk is full."));
    const failed = await Promise.allSettled([keyed(world), keyed(world)]);
    expect(failed.map((one) => one.status)).toEqual(["rejected", "rejected"]);
    world.refuse(undefined);
    const { turn_id } = await keyed(world);
    expect((await world.ask("WaitForTurn", { turn_id })).status).toBe("completed");
  });
});

describe("settings of a message", () => {
  test("that are none are refused with those that there are, and nothing is kept", async () => {
    await using world = await openTestWorld({ script: echo });
    const refusals: Record<string, unknown>[] = [
      { permissions: { shell: "allow" } },
      { allow: ["shell"], workspace: "/" },
      { limits: { max_tokns: 5 } },
      { rules: [{ tool: "put", action: "deny", matches: "*" }] },
      { output: { schema: {}, retry: 1 } },
    ];
    const told = [];
    for (const settings of refusals) {
      const sent = { po_name: "helper", message: "hi", settings };
      const answer = await world.call("SendMessage", sent);
      told.push(answer.ok ? "ok" : answer.payload.message.replace(/There are: (\w+), .*/, "$1 …"));
    }
    expect(told).toEqual([
      "SendMessage: 'settings': there is no 'permissions'. model …",
      "SendMessage: 'settings': there is no 'allow', 'workspace'. model …",
      "SendMessage: 'settings.limits': there is no 'max_tokns'. max_iterations …",
      "SendMessage: 'settings.rules.0': there is no 'matches'. tool …",
      "SendMessage: 'settings.output': there is no 'retry'. schema …",
    ]);
    expect(world.rows({ types: ["MessageQueued"] })).toEqual([]);
  });
});
