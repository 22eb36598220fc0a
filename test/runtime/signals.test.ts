// What is read out of the journal and what is never in it: bus entries and signals.
import { describe, expect, test } from "bun:test";
import { MAX_BATCH_BYTES } from "../../src/protocol/limits.ts";
import { subscribe } from "../support/following.ts";
import { heldRun, testTool } from "../support/test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "../support/world.ts";

describe("BusEntry", () => {
  test("is read out of messages and calls: human, object and tool, by their names and in full", async () => {
    const look = testTool("look", { run: () => "seen" });
    await using world = await openTestWorld({
      objects: { "eye.md": objectText({ name: "eye" }) },
      tools: [look],
      script: ({ messages }) =>
        messages.some((message) => message.role === "tool")
          ? "I saw it."
          : { text: "Let me look.", calls: [{ name: "look", args: { at: "the sky" } }] },
    });
    const client = world.connect({ client: "tui" });
    await subscribe(world, client, { event_types: ["BusEntry"] });
    const message = "Look at the sky! ".repeat(500);
    const { turn_id, session_id } = await world.ask(
      "SendMessage",
      { po_name: "eye", message, session_id: null },
      client.connection.caller,
    );
    await world.ask("WaitForTurn", { turn_id });
    const last = await client.event("BusEntry", (entry) => entry.message === "I saw it.");
    expect(last.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const entries = client.events().map((frame) => frame.payload as typeof last);
    expect(entries.map(({ from, to, message: text }) => [from, to, text])).toEqual([
      ["tui", "eye", message],
      ["eye", "tui", "Let me look."],
      ["eye", "look", '{"at":"the sky"}'],
      ["look", "eye", "seen"],
      ["eye", "tui", "I saw it."],
    ]);
    expect(new Set(entries.map((entry) => entry.session_id))).toEqual(new Set([session_id]));
  });
});

describe("signals", () => {
  const talk = (world: TestWorld, message = "talk") =>
    world.ask("SendMessage", { po_name: "helper", message, session_id: null });

  test("come from offset 0 to one that joins in mid-turn, then as the text grows", async () => {
    await using world = await openTestWorld();
    const { session_id, turn_id } = await talk(world);
    const call = await world.model.next();
    call.write("Once upon ");
    const client = world.connect();
    await subscribe(world, client, { signal_types: ["TextDelta"], session_id });
    await client.until((frame) => frame.type === "signal");
    call.write("a time");
    await client.until((frame) => frame.type === "signal" && frame.text.includes("a time"));
    expect(client.signals().map(({ offset, text, attempt }) => [offset, text, attempt])).toEqual([
      [0, "Once upon ", 1],
      [10, "a time", 1],
    ]);
    const { signals } = await world.ask("ListOutcomes", { session_id });
    expect(
      signals.map(({ signal_type, turn_id: turn, offset, text }) => [
        signal_type,
        turn,
        offset,
        text,
      ]),
    ).toEqual([["TextDelta", turn_id, 0, "Once upon a time"]]);
    call.answer(".");
    await world.ask("WaitForTurn", { turn_id });
    const { content } = await client.event(
      "MessageAdded",
      (payload) => payload.role === "assistant",
    );
    expect(content).toBe("Once upon a time.");
  });

  test("of a later attempt begin anew under a higher number", async () => {
    await using world = await openTestWorld({ config: { limits: { retry_base_ms: 1 } } });
    const client = world.connect();
    await subscribe(world, client, { signal_types: ["TextDelta"] });
    const { turn_id } = await talk(world);
    const first = await world.model.next();
    first.write("Wrong");
    await client.until((frame) => frame.type === "signal");
    first.fail("provider_unavailable");
    const second = await world.model.next();
    second.write("Right");
    await client.until((frame) => frame.type === "signal" && frame.text === "Right");
    second.answer("!");
    await world.ask("WaitForTurn", { turn_id });
    const seen = client.signals().map(({ attempt, offset, text }) => [attempt, offset, text]);
    expect(seen.slice(0, 2)).toEqual([
      [1, 0, "Wrong"],
      [2, 0, "Right"],
    ]);
  });

  test("are over when the ending event has come", async () => {
    await using world = await openTestWorld();
    const client = world.connect();
    await subscribe(world, client, { signal_types: ["TextDelta", "ReasoningDelta"] });
    const { session_id } = await talk(world);
    const call = await world.model.next();
    for (let count = 0; count < 50; count += 1) call.write(`word ${count} `);
    call.answer({ reasoning: "hm", text: "end" });
    await client.event("TurnCompleted");
    const again = await world.ask("SendMessage", {
      po_name: "helper",
      message: "more",
      session_id,
    });
    (await world.model.next()).answer("again");
    await client.event("TurnCompleted", (payload) => payload.turn_id === again.turn_id);
    const ended = client.frames.findIndex(
      (frame) => frame.type === "event" && frame.event_type === "TurnCompleted",
    );
    const later = client.frames.slice(ended).filter((frame) => frame.type === "signal");
    expect(later.filter((signal) => signal.turn_id !== again.turn_id)).toEqual([]);
  });

  test("are only those that were asked for, and none where none were", async () => {
    await using world = await openTestWorld();
    const [silent, thinking] = [world.connect(), world.connect()];
    await subscribe(world, silent);
    await subscribe(world, thinking, { signal_types: ["ReasoningDelta"] });
    const { turn_id } = await talk(world);
    const call = await world.model.next();
    call.write("text");
    call.answer({ reasoning: "why", text: "text" });
    await world.ask("WaitForTurn", { turn_id });
    for (const client of [silent, thinking]) await client.event("TurnCompleted");
    expect(silent.signals()).toEqual([]);
    expect(thinking.signals().filter((one) => one.signal_type !== "ReasoningDelta")).toEqual([]);
  });

  test("of a tool show the newest part: the offset jumps over what nobody can read any more", async () => {
    const held = heldRun();
    const put = testTool("put", { run: held.run });
    await using world = await openTestWorld({
      tools: [put],
      script: ({ messages }) =>
        messages.length > 1 ? "ok" : { calls: [{ name: "put", args: {} }] },
    });
    const { turn_id, session_id } = await talk(world);
    const { emit } = await held.started;
    const line = "0123456789".repeat(100);
    for (let count = 0; count < 200; count += 1) emit(line);
    const client = world.connect();
    await subscribe(world, client, { signal_types: ["ToolOutputDelta"], session_id });
    await client.until((frame) => frame.type === "signal");
    emit("the end");
    await client.until((frame) => frame.type === "signal" && frame.text === "the end");
    const [tail, end] = client.signals();
    expect(tail).toMatchObject({ offset: 200_000 - 65_536, text: line.repeat(66).slice(-65_536) });
    expect(end?.offset).toBe(200_000);
    held.finish("done");
    await world.ask("WaitForTurn", { turn_id });
  });

  test("of a long text come in bounded pieces without a hole", async () => {
    await using world = await openTestWorld();
    await talk(world);
    const call = await world.model.next();
    const text = "0123456789".repeat(100_000);
    call.write(text);
    const client = world.connect();
    await subscribe(world, client, { signal_types: ["TextDelta"] });
    await client.until(
      (frame) => frame.type === "signal" && frame.offset + frame.text.length === text.length,
    );
    const pieces = client.signals();
    expect(pieces.map((one) => one.text).join("")).toBe(text);
    expect(Math.max(...pieces.map((one) => one.text.length))).toBe(MAX_BATCH_BYTES);
    call.answer();
  });

  test("of many readers cost one text: each reads from its own offset", async () => {
    await using world = await openTestWorld();
    await talk(world);
    const call = await world.model.next();
    call.write("abc");
    const clients = [world.connect(), world.connect(), world.connect()];
    for (const client of clients) {
      await subscribe(world, client, { signal_types: ["TextDelta"] });
      await client.until((frame) => frame.type === "signal");
      call.write("d");
    }
    for (const client of clients) {
      const { frames } = client;
      await client.until(
        () =>
          frames.reduce((sum, one) => sum + (one.type === "signal" ? one.text.length : 0), 0) === 6,
      );
      expect(
        client
          .signals()
          .map((one) => one.text)
          .join(""),
      ).toBe("abcddd");
    }
    call.answer();
  });
});
