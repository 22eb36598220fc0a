// Keys: whose count, where they come from, and how long a turn waits for one.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import { readCredentials } from "../../src/runtime/credentials.ts";
import { createKeyring } from "../../src/runtime/keyring.ts";
import { openTestWorld } from "../support/world.ts";

const keyring = (environment: Record<string, string> = {}, file: Record<string, string> = {}) =>
  createKeyring({
    environment,
    credentials: { read: () => file, keep: () => undefined, remove: () => undefined },
  });

describe("the keyring", () => {
  test("asks the caller, then the daemon's own environment, then the credentials file", () => {
    const keys = keyring({ A: "daemon", B: "daemon" }, { A: "file", B: "file", C: "file" });
    keys.remember("s", { A: "caller" });
    const lookup = keys.forSession("s");
    expect(["A", "B", "C", "D", "toString"].map(lookup)).toEqual([
      "caller",
      "daemon",
      "file",
      undefined,
      undefined,
    ]);
    expect(["A", "B", "C", "D"].map((name) => keys.sourceOf(name, { A: "caller" }))).toEqual([
      "the caller's A",
      "the daemon's B",
      "the credentials file",
      null,
    ]);
  });

  test("keeps what a caller brought when another speaks that brings nothing", () => {
    const keys = keyring();
    keys.remember("s", { KEY: "mine" });
    keys.remember("s", {});
    expect(keys.forSession("s")("KEY")).toBe("mine");
    keys.remember("s", { KEY: "yours" });
    expect(keys.forSession("s")("KEY")).toBe("yours");
  });

  test("takes the key of one that only watches where nobody brought one", () => {
    const keys = keyring();
    keys.offer("s", { KEY: "watcher" });
    expect(keys.forSession("s")("KEY")).toBe("watcher");
    keys.remember("t", { KEY: "speaker" });
    keys.offer("t", { KEY: "watcher" });
    expect(keys.forSession("t")("KEY")).toBe("speaker");
  });

  test("forgets the oldest sessions beyond its limit", () => {
    const keys = keyring();
    for (let count = 0; count <= 1_000; count += 1) keys.remember(`s${count}`, { KEY: `${count}` });
    expect([keys.forSession("s0")("KEY"), keys.forSession("s1")("KEY")]).toEqual([undefined, "1"]);
  });

  test("wakes who waits for a caller, and at once where one has spoken", async () => {
    const keys = keyring();
    const { signal } = new AbortController();
    const waiting = keys.waitForCaller("s", 60_000, signal);
    keys.remember("s", {});
    await waiting;
    await keys.waitForCaller("s", 60_000, signal);
    const abort = new AbortController();
    const aborted = keys.waitForCaller("other", 60_000, abort.signal);
    abort.abort();
    await aborted;
  });
});

describe("a credentials file", () => {
  test("is lines of names and values, with comments, quotes and export", () => {
    const text = "# c\nA=1\n export B = \"two words\" \nC='it''s'\nD=\nnot a line\n2X=1\r\nE=x=y\n";
    expect(readCredentials(text)).toEqual({ A: "1", B: "two words", C: "it''s", E: "x=y" });
  });
});

describe("a model call without its key", () => {
  test("after a restart waits for the client that brings it", async () => {
    await using world = await openTestWorld({
      models: {
        open: async (name, { variable }) => {
          if (variable("OPENAI_API_KEY")) return { model: world.model.port, model_name: name };
          throw new JameyError("key_missing", "There is no key.");
        },
      },
    });
    const attach = { variables: { OPENAI_API_KEY: "sk-1", HOME: "/root", OTHER: "x" } };
    const client = world.connect(attach);
    expect(client.connection.caller.variables).toEqual({ OPENAI_API_KEY: "sk-1" });
    const params = { po_name: "helper", message: "hi", session_id: null };
    const { turn_id, session_id } = await world.ask(
      "SendMessage",
      params,
      client.connection.caller,
    );
    await world.model.next();
    await world.restart();
    const back = world.connect(attach);
    await world.ask("Subscribe", { session_id }, back.connection.caller);
    (await world.model.next()).answer("with the key");
    expect((await world.ask("WaitForTurn", { turn_id })).response).toBe("with the key");
  });

  test("of a caller who never had one fails at once", async () => {
    await using world = await openTestWorld({
      models: {
        open: () => Promise.reject(new JameyError("key_missing", "There is no key.")),
      },
    });
    const params = { po_name: "helper", message: "hi", session_id: null };
    const { turn_id } = await world.ask("SendMessage", params);
    const run = await world.ask("WaitForTurn", { turn_id });
    expect(run.error).toEqual({ code: "key_missing", message: "There is no key.", details: {} });
  });

  test("is not helped by variables from outside the socket or from an agent's process", async () => {
    await using world = await openTestWorld();
    const variables = { OPENAI_API_KEY: "sk", OPENAI_BASE_URL: "http://evil" };
    const remote = world.connect({ variables, workspace: "/etc" }, { isLocal: false });
    const tool = world.connect({ variables, call_id: "c" });
    expect(remote.connection.caller).toMatchObject({ variables: {}, workspace: world.folder });
    expect(tool.connection.caller.variables).toEqual({});
  });
});
