// Events over plain HTTP: cursors, what is told of gaps, and that a slow reader costs nothing.
import { describe, expect, test } from "bun:test";
import { encodeEvents, readCursor } from "../../../src/runtime/connectors/http/server-sent.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { codeOf, openApi } from "../../support/api.ts";
import { openSource, type Source } from "../../support/event-source.ts";
import { newSession, rename, renameMany } from "../../support/following.ts";

const told = ({ events }: Source) => events.map((one) => one.event);
const namesOf = ({ events }: Source) =>
  events
    .filter((one) => one.event === "SessionRenamed")
    .map((one) => (one.data.payload as { name: string }).name);

describe("the stream of events", () => {
  test("begins after its cursor, says that it has caught up, and goes on live", async () => {
    await using scene = await openApi();
    const { world, socket } = scene;
    const session_id = await newSession(world);
    await rename(world, session_id, "a");
    const after = world.store.journal.head();
    await rename(world, session_id, "b");
    const source = await openSource(socket, `/api/events?types=SessionRenamed&after=${after}`);
    expect(source.response.headers.get("content-type")).toStartWith("text/event-stream");
    await source.until((one) => one.event === "caught_up");
    await rename(world, session_id, "c");
    const last = await source.until((one) => JSON.stringify(one.data).includes('"c"'));
    const { journal_id } = world.store.journal;
    const [row] = world.rows({ types: ["SessionRenamed"] }).slice(-1);
    expect(told(source)).toEqual(["SessionRenamed", "caught_up", "SessionRenamed"]);
    expect(last).toEqual({
      event: "SessionRenamed",
      id: `${journal_id}:${row?.seq}`,
      data: {
        type: "event",
        seq: row?.seq,
        at: row?.at,
        event_type: "SessionRenamed",
        payload: { session_id, name: "c" },
      },
    });
    source.close();
  });

  test("goes on where the reader was, without loss or repetition", async () => {
    await using scene = await openApi();
    const { world, socket } = scene;
    const session_id = await newSession(world);
    const target = "/api/events?types=SessionRenamed";
    const first = await openSource(socket, target);
    await first.until((one) => one.event === "caught_up");
    await rename(world, session_id, "a", "b");
    const { id = "" } = await first.until((one) => JSON.stringify(one.data).includes('"b"'));
    first.close();
    await rename(world, session_id, "c", "d");
    const second = await openSource(socket, `${target}&after=1`, { "last-event-id": id });
    await second.until((one) => one.event === "caught_up");
    expect([namesOf(first), namesOf(second)]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    second.close();
  });

  test("tells of a gap where the cursor is another journal's", async () => {
    await using scene = await openApi();
    const { world, socket } = scene;
    const session_id = await newSession(world);
    const source = await openSource(socket, "/api/events?types=SessionRenamed", {
      "last-event-id": "another-journal:3",
    });
    const gap = await source.until((one) => one.event === "gap");
    expect(gap.data).toEqual({ type: "gap", from: 3, to: gap.data.to, reason: "other_journal" });
    expect(gap.id).toBe(`${world.store.journal.journal_id}:${gap.data.to}`);
    await rename(world, session_id, "live");
    await source.until((one) => one.event === "SessionRenamed");
    source.close();
  });

  test("follows one session and the types that are named, and refuses what there is not", async () => {
    await using scene = await openApi({ script: () => "fine" });
    const { world, socket, call } = scene;
    const mine = await newSession(world);
    const other = await newSession(world);
    const types = "types=SessionRenamed,MessageAdded&types=TurnCompleted";
    const source = await openSource(socket, `/api/events?${types}&session_id=${mine}`);
    await source.until((one) => one.event === "caught_up");
    await rename(world, other, "not mine");
    await rename(world, mine, "mine");
    await world.ask("SendMessage", { po_name: "helper", message: "hi", session_id: mine });
    await source.until((one) => one.event === "TurnCompleted");
    expect([namesOf(source), told(source)]).toEqual([
      ["mine"],
      ["caught_up", "SessionRenamed", "MessageAdded", "MessageAdded", "TurnCompleted"],
    ]);
    source.close();
    const refused: [string, [number, string]][] = [
      ["?types=NoSuchEvent", [400, "invalid_request"]],
      ["?signals=NoSuchSignal", [400, "invalid_request"]],
      ["?after=now", [400, "invalid_request"]],
      ["?after=a:b:3", [400, "invalid_request"]],
      ["?session_id=none", [404, "session_not_found"]],
    ];
    for (const [query, code] of refused) {
      expect([query, ...codeOf(await call("GET", `/api/events${query}`))]).toEqual([
        query,
        ...code,
      ]);
    }
    expect(scene.faults).toEqual([]);
  });

  test("carries signals only where they are asked for", async () => {
    await using scene = await openApi();
    const { world, socket } = scene;
    const target = "/api/events?types=TurnStarted,TurnCompleted";
    const plain = await openSource(socket, target);
    const live = await openSource(socket, `${target}&signals=TextDelta`);
    await Promise.all([plain, live].map((one) => one.until(({ event }) => event === "caught_up")));
    await world.ask("SendMessage", { po_name: "helper", message: "hi" });
    const asked = await world.model.next();
    asked.write("Hel");
    const { data, id } = await live.until((one) => one.event === "TextDelta");
    expect([data.type, data.text, data.offset, id]).toEqual(["signal", "Hel", 0, undefined]);
    asked.answer("");
    await plain.until((one) => one.event === "TurnCompleted");
    expect(told(plain)).toEqual(["caught_up", "TurnStarted", "TurnCompleted"]);
    plain.close();
    live.close();
  });

  test("sends a comment when nothing else was sent for a while", async () => {
    await using scene = await openApi({ heartbeatMs: 5 });
    const source = await openSource(scene.socket, "/api/events?types=SessionRenamed");
    await source.comment();
    await source.comment();
    expect(source.comments()).toBeGreaterThanOrEqual(2);
    source.close();
  });

  test("ends with the daemon, and leaves nobody behind who has gone", async () => {
    await using scene = await openApi({ heartbeatMs: 5 });
    const { world, socket } = scene;
    const attached = () => world.runtime().connections.list().length;
    const gone = await openSource(socket, "/api/events");
    const stays = await openSource(socket, "/api/events");
    expect(attached()).toBe(2);
    gone.close();
    await world.happened("ConnectorDetached");
    expect(attached()).toBe(1);
    await scene.stop();
    await stays.ended;
    expect(attached()).toBe(0);
  });

  test("is no error where its reader leaves, in a pause or in the middle", async () => {
    await using scene = await openApi({ heartbeatMs: 60_000 });
    const { world, socket } = scene;
    for (const isCaughtUp of [true, false]) {
      const before = world.rows({ types: ["ConnectorDetached"] }).at(-1)?.seq ?? 0;
      const source = await openSource(socket, "/api/events?after=0");
      if (isCaughtUp) await source.until((one) => one.event === "caught_up");
      source.close();
      await world.happened("ConnectorDetached", ({ seq }) => seq > before);
    }
    expect(world.log.filter((line) => line.includes("error"))).toEqual([]);
  });

  test("ends when the one who follows is let in no longer", async () => {
    await using scene = await openApi();
    const { world } = scene;
    const { access } = world.runtime();
    const ending = new AbortController();
    const identity = { ...access.socket, ended: ending.signal };
    const gateway = { ...world.runtime(), access: { ...access, socket: identity } };
    const socket = `${scene.socket}.key`;
    const connector = await startUnixConnector(socket, gateway);
    const source = await openSource(socket, "/api/events");
    await source.until((one) => one.event === "caught_up");
    ending.abort();
    await source.ended;
    expect(world.runtime().connections.list()).toEqual([]);
    await connector.stop();
  });

  test("has a named bound of readers", async () => {
    await using scene = await openApi({ maxEventStreams: 1, maxHttpRequests: 1 });
    const source = await openSource(scene.socket, "/api/events");
    const second = await scene.call("GET", "/api/events");
    expect(codeOf(second)).toEqual([429, "overloaded"]);
    expect((await scene.call("GET", "/api/pos")).status).toBe(200);
    source.close();
  });

  test("does not read ahead of a reader that takes nothing", async () => {
    await using scene = await openApi();
    const { world } = scene;
    const session_id = await newSession(world);
    await renameMany(
      world,
      session_id,
      Array.from({ length: 400 }, (_, index) => `${index} ${"x".repeat(190)}`),
    );
    let pulls = 0;
    const runtime = world.runtime();
    const gateway = {
      ...runtime,
      connections: {
        ...runtime.connections,
        open(...given: Parameters<typeof runtime.connections.open>) {
          const connection = runtime.connections.open(...given);
          const pull = () => {
            pulls += 1;
            // Always more: only the reader can be what ends it.
            const { frames } = connection.pull();
            return { frames: frames.length > 0 ? frames : filler, hasMore: true };
          };
          return { ...connection, pull };
        },
      },
    };
    const socket = `${scene.socket}.slow`;
    const connector = await startUnixConnector(socket, gateway);
    const reading = await Bun.connect({ unix: socket, socket: { data: () => undefined } });
    reading.pause();
    reading.write("GET /api/events?after=0 HTTP/1.1\r\nHost: jamey\r\n\r\n");
    let before = -1;
    // It has stopped when it makes no step in so many turns of the loop.
    for (let still = 0; still < 2_000; still = pulls > 0 && pulls === before ? still + 1 : 0) {
      before = pulls;
      await new Promise(setImmediate);
    }
    expect(pulls * JSON.stringify(filler).length).toBeLessThan(16 * 1024 * 1024);
    reading.terminate();
    await connector.stop();
  });
});

const filler = [
  {
    type: "event" as const,
    subscription_id: "s",
    seq: 1,
    at: "2026-01-01T00:00:00Z",
    event_type: "SessionRenamed" as const,
    payload: "x".repeat(64 * 1024),
  },
];

describe("a cursor", () => {
  test("is a seq, or a journal's id and a seq", () => {
    expect([readCursor(null), readCursor("12"), readCursor("a-b:12")]).toEqual([
      { after: null, journal_id: null },
      { after: 12, journal_id: null },
      { after: 12, journal_id: "a-b" },
    ]);
  });

  test("moves only when all that comes from one row was sent", () => {
    const frame = (seq: number, event_type: "MessageAdded" | "BusEntry") => ({
      type: "event" as const,
      subscription_id: "s",
      seq,
      at: "2026-01-01T00:00:00Z",
      event_type,
      payload: {},
    });
    const frames = [frame(1, "MessageAdded"), frame(1, "BusEntry"), frame(2, "MessageAdded")];
    const ids = encodeEvents(frames, "j").match(/^(?:event|id): .*/gm);
    expect(ids).toEqual([
      "event: MessageAdded",
      "event: BusEntry",
      "id: j:1",
      "event: MessageAdded",
      "id: j:2",
    ]);
  });
});
