// Connections that break: reconnecting, resuming, giving up. Over a real socket.

import { afterEach, describe, expect, test } from "bun:test";
import { openConnection } from "../../src/client/connection.ts";
import { type DaemonOptions, findOrStart } from "../../src/client/daemon.ts";
import { type LinkState, openLink } from "../../src/client/link.ts";
import { findEnvironment } from "../../src/client/places.ts";
import { runTurn } from "../../src/client/run.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import {
  answerTurn,
  eventFrame,
  type FakeDaemon,
  type FakeOptions,
  finishedRun,
  messagePayload,
  startFakeDaemon,
} from "../support/fake-daemon.ts";

const introduction = { client: "cli", workspace: "/w", variables: {}, call_id: null };
const delaysMs = [1, 5, 20];
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function start(options: FakeOptions): FakeDaemon {
  const daemon = startFakeDaemon(options);
  cleanups.push(daemon.stop);
  return daemon;
}

function optionsFor(home: string): DaemonOptions {
  const variables = { JAMEY_HOME: home };
  return {
    ...findEnvironment({ flag: undefined, variables, directory: "/" }),
    variables,
    program: ["/nonexistent/jamey"],
    introduction,
    start: "never",
  };
}

const open = (daemon: FakeDaemon, onState?: (state: LinkState) => void) =>
  openLink({
    connect: () => findOrStart(optionsFor(daemon.home)),
    delaysMs,
    ...(onState && { onState }),
  });

const errorOf = async (promise: Promise<unknown>) => {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return thrown instanceof Error && "code" in thrown
    ? { code: thrown.code, message: thrown.message }
    : thrown;
};

describe("a connection", () => {
  test("introduces itself and learns who it speaks to", async () => {
    const attached: unknown[] = [];
    const daemon = start({
      answer: (asked, client) => {
        attached.push(client.attach);
        client.reply(asked, "Ok", {});
      },
    });
    const connection = await openConnection({ socket: daemon.socket }, introduction);
    await connection.call("Unsubscribe", { subscription_id: "s" });
    connection.close();
    expect(connection.hello.journal_id).toBe("j1");
    expect(attached).toEqual([
      { type: "attach", protocol_version: PROTOCOL_VERSION, version: "0.1.0", ...introduction },
    ]);
    expect(await connection.ended).toEqual({ type: "closed" });
  });

  test("rejects its pending calls when it breaks", async () => {
    const daemon = start({ answer: (_, client) => client.drop() });
    const connection = await openConnection({ socket: daemon.socket }, introduction);
    expect(await errorOf(connection.call("ListPOs", {}))).toMatchObject({ code: "unavailable" });
    expect((await connection.ended).type).toBe("lost");
  });

  test("tells a daemon that was stopped from one that died", async () => {
    const daemon = start({ answer: (_, client) => client.close() });
    const connection = await openConnection({ socket: daemon.socket }, introduction);
    void connection.call("ListPOs", {}).catch(() => undefined);
    expect((await connection.ended).type).toBe("stopped");
  });
});

describe("a link", () => {
  test("resumes exactly behind the last event, also between two events of one seq", async () => {
    let subscriptions = 0;
    let drop: () => void = () => undefined;
    const daemon = start({
      answer(asked, client) {
        drop = client.drop;
        client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
        subscriptions += 1;
        if (subscriptions === 1) {
          client.send([eventFrame(11, "A", {}), eventFrame(12, "B", {})]);
        } else {
          client.send([
            eventFrame(12, "B", {}),
            eventFrame(12, "BusEntry", {}),
            eventFrame(13, "C", {}),
          ]);
        }
      },
    });
    const states: string[] = [];
    const link = await open(daemon, (state) => states.push(state.type));
    const seen: string[] = [];
    const done = Promise.withResolvers<void>();
    await link.follow({ after: 10 }, (frames) => {
      for (const frame of frames)
        if (frame.type === "event") seen.push(`${frame.seq} ${frame.event_type}`);
      if (subscriptions === 1 && seen.length === 2) drop();
      if (seen.length >= 4) done.resolve();
    });
    await done.promise;
    link.close();
    expect(seen).toEqual(["11 A", "12 B", "12 BusEntry", "13 C"]);
    expect(states).toEqual(["lost", "restored"]);
    const cursors = daemon.asked.map(({ payload }) => [payload.after, payload.journal_id]);
    expect(cursors).toEqual([
      [10, "j1"],
      [11, "j1"],
    ]);
  });

  test("hands on a gap and goes on behind it", async () => {
    const daemon = start({
      answer(asked, client) {
        client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
        const gap = { type: "gap", subscription_id: "s1", from: 1, to: 8, reason: "not_kept" };
        client.send([gap, eventFrame(9, "A", {})]);
      },
    });
    const link = await open(daemon);
    const done = Promise.withResolvers<string[]>();
    await link.follow({ after: 1 }, (frames) => done.resolve(frames.map((frame) => frame.type)));
    expect(await done.promise).toEqual(["gap", "event"]);
    link.close();
  });

  test("is gone after its attempts, and says so once", async () => {
    const daemon = start({
      answer(_, client) {
        void daemon.stop();
        client.drop();
      },
    });
    const gone = Promise.withResolvers<LinkState>();
    const link = await open(daemon, (state) => {
      if (state.type === "gone") gone.resolve(state);
    });
    await errorOf(link.call("ListPOs", {}));
    await gone.promise;
    const error = await errorOf(link.call("ListPOs", {}));
    expect((await link.gone).code).toBe("unavailable");
    expect(error).toMatchObject({ code: "unavailable" });
    expect(JSON.stringify(error)).toContain("Could not connect to daemon after 3 attempts");
  });
});

describe("a turn", () => {
  const message = { po_name: "assistant", message: "q", session_id: null };

  test("is followed from before its message, and ends with its run", async () => {
    const daemon = start({
      answer: (asked, client) => answerTurn(asked, client, { response: "yes" }),
    });
    const link = await open(daemon);
    const seen: string[] = [];
    const run = await runTurn(link, {
      message,
      signal_types: [],
      onFrame: (frame) =>
        void seen.push(frame.type === "event" ? frame.event.event_type : frame.type),
    });
    link.close();
    expect(run.response).toBe("yes");
    expect(seen).toEqual(["MessageAdded", "MessageAdded", "TurnCompleted"]);
    expect(daemon.asked.find(({ type }) => type === "Subscribe")?.payload.after).toBe(10);
  });

  test("sends a message again under the same key when its acknowledgement is lost", async () => {
    let sends = 0;
    const daemon = start({
      answer(asked, client) {
        if (asked.type === "SendMessage") sends += 1;
        if (asked.type === "SendMessage" && sends === 1) client.drop();
        else answerTurn(asked, client, { response: "yes" });
      },
    });
    const link = await open(daemon);
    const run = await runTurn(link, { message, signal_types: [], onFrame: () => undefined });
    link.close();
    const keys = daemon.asked
      .filter(({ type }) => type === "SendMessage")
      .map(({ payload }) => payload.message_key);
    expect(run.response).toBe("yes");
    expect(keys.length).toBe(2);
    expect(keys[0]).toBe(keys[1]);
    expect(String(keys[0]).length).toBeGreaterThan(20);
  });

  test("goes on after the daemon died between its acknowledgement and its subscription", async () => {
    let deaths = 0;
    const daemon = start({
      answer(asked, client) {
        if (asked.type === "Subscribe" && deaths === 0) {
          deaths += 1;
          return client.drop();
        }
        answerTurn(asked, client, { response: "Still here." });
      },
    });
    const link = await open(daemon);
    const run = await runTurn(link, {
      message: { po_name: "assistant", message: "q" },
      signal_types: [],
      onFrame: () => undefined,
    });
    link.close();
    expect(run).toEqual(expect.objectContaining({ response: "Still here.", status: "completed" }));
    expect(daemon.asked.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["SendMessage", "Subscribe", "Subscribe", "WaitForTurn"]),
    );
    expect(daemon.asked.filter(({ type }) => type === "SendMessage")).toHaveLength(1);
  });

  test("goes on after the daemon died in its middle, each event once", async () => {
    let connections = 0;
    const daemon = start({
      answer(asked, client) {
        if (asked.type === "SendMessage") return answerTurn(asked, client, { response: "" });
        if (asked.type === "Subscribe") {
          connections += 1;
          client.reply(asked, "Subscribed", { subscription_id: "s1", event_types: [] });
          const first = eventFrame(12, "MessageAdded", messagePayload("m1", "user", "q"));
          client.send([first]);
          if (connections > 1) {
            client.send(eventFrame(21, "TurnCompleted", { message_id: null, stop_reason: "stop" }));
          }
        }
        if (asked.type === "WaitForTurn") {
          if (connections === 1) client.drop();
          else client.reply(asked, "MessageResponse", finishedRun("back"));
        }
      },
    });
    const link = await open(daemon);
    const seen: number[] = [];
    const run = await runTurn(link, {
      message,
      signal_types: [],
      onFrame: (frame) => void (frame.type === "event" && seen.push(frame.event.seq)),
    });
    link.close();
    expect(run.response).toBe("back");
    expect(seen).toEqual([12, 21]);
  });

  test("is cancelled when its caller cannot take a frame, and ends with the caller's error", async () => {
    const daemon = start({
      answer(asked, client) {
        if (asked.type !== "WaitForTurn") answerTurn(asked, client, { response: "yes" });
      },
    });
    const link = await open(daemon);
    const taking = runTurn(link, {
      message,
      signal_types: [],
      onFrame: () => Promise.reject(new Error("disk full")),
    });
    expect(await errorOf(taking)).toEqual(new Error("disk full"));
    link.close();
    expect(daemon.asked.map(({ type }) => type)).toEqual([
      "SendMessage",
      "Subscribe",
      "WaitForTurn",
      "CancelTurn",
    ]);
  });

  test("is cancelled by its signal, with the reason, and still waits for its end", async () => {
    const cancel = new AbortController();
    const waiting: (() => void)[] = [];
    const daemon = start({
      answer(asked, client) {
        if (asked.type === "WaitForTurn") {
          waiting.push(() => {
            client.reply(asked, "MessageResponse", finishedRun("", { status: "cancelled" }));
          });
          cancel.abort("SIGINT");
        } else {
          answerTurn(asked, client, { response: "" });
          if (asked.type === "CancelTurn") for (const reply of waiting) reply();
        }
      },
    });
    const link = await open(daemon);
    const run = await runTurn(link, {
      message,
      signal_types: [],
      signal: cancel.signal,
      onFrame: () => undefined,
    });
    link.close();
    expect(run.status).toBe("cancelled");
    expect(daemon.asked.find(({ type }) => type === "CancelTurn")?.payload).toEqual({
      turn_id: "t1",
      reason: "SIGINT",
    });
  });
});
