// The WebSocket: attach first, frames that are anything but frames, bounds, and a clean end.

import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { JameyError } from "../../../src/protocol/errors.ts";
import {
  ATTACH_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  MAX_REQUESTS_IN_FLIGHT,
} from "../../../src/protocol/limits.ts";
import { PROTOCOL_VERSION, VERSION } from "../../../src/protocol/version.ts";
import type { DoorOptions } from "../../../src/runtime/connectors/http/door.ts";
import { startUnixConnector } from "../../../src/runtime/connectors/unix.ts";
import { attachFrame, errorOf, openRawWire, type RawWire } from "../../support/raw-wire.ts";
import { openTestWorld, type TestWorld, type TestWorldOptions } from "../../support/world.ts";

interface Scene extends AsyncDisposable {
  world: TestWorld;
  socket: string;
  open(headers?: Record<string, string>): Promise<RawWire>;
  /** Opened and attached. */
  attached(fields?: Record<string, unknown>): Promise<RawWire>;
}

async function openScene(options: TestWorldOptions & DoorOptions = {}): Promise<Scene> {
  const world = await openTestWorld({ script: () => "ok", ...options });
  const socket = join(world.folder, "test.sock");
  const connector = await startUnixConnector(socket, world.runtime(), options);
  const open = (headers: Record<string, string> = {}) => openRawWire(socket, { headers });
  return {
    world,
    socket,
    open,
    async attached(fields) {
      const wire = await open();
      expect((await wire.attach(fields)).type).toBe("hello");
      return wire;
    },
    async [Symbol.asyncDispose]() {
      await connector.stop();
      await world[Symbol.asyncDispose]();
    },
  };
}

const invalid = (frame: { payload?: unknown }) => errorOf(frame).code;

describe("attaching", () => {
  test("is answered with who the daemon is and who the client is to it", async () => {
    await using scene = await openScene();
    const wire = await scene.open();
    const hello = await wire.attach({ client: "tui" });
    const [connector] = (await scene.world.ask("ListConnectors", {})).connectors;
    expect(hello).toEqual({
      type: "hello",
      protocol_version: PROTOCOL_VERSION,
      version: VERSION,
      environment: "test",
      journal_id: scene.world.store.journal.journal_id,
      caller: `tui:${connector?.connector_id}`,
      seq: expect.any(Number),
    } as never);
  });

  test("badly is refused in words that name the field", async () => {
    await using scene = await openScene();
    const wire = await scene.open();
    const { payload } = await wire.attach({ protocol_version: "1" });
    expect(errorOf({ payload })).toMatchObject({
      code: "invalid_request",
      message: "The first frame must be an attach: 'protocol_version': must be a number",
    });
  });

  test("comes first: anything else is refused and closed", async () => {
    await using scene = await openScene();
    const firsts = [
      '{"id":1,"type":"ListPOs"}',
      "not json",
      "[]",
      JSON.stringify({ ...attachFrame(), client: "" }),
      JSON.stringify({ ...attachFrame(), protocol_version: "1" }),
    ];
    for (const first of firsts) {
      const wire = await scene.open();
      wire.send(first);
      expect(await wire.closed).toEqual({ code: 1008, reason: "invalid_request" });
      expect(wire.frames.map(({ type, id }) => [type, id])).toEqual([["Error", null]]);
    }
    expect(scene.world.rows({ types: ["ConnectorAttached"] })).toEqual([]);
  });

  for (const [client, advice] of [
    [PROTOCOL_VERSION + 1, "where the daemon runs, with the newer jamey: jamey daemon restart"],
    [PROTOCOL_VERSION - 1, "update the client"],
  ] as const) {
    test(`with protocol version ${client} is refused in words that name both, and what to do`, async () => {
      await using scene = await openScene();
      const wire = await scene.open();
      expect(await wire.attach({ protocol_version: client })).toEqual({
        type: "Error",
        id: null,
        payload: {
          code: "version_mismatch",
          message: `This daemon speaks protocol version ${PROTOCOL_VERSION}, the client ${client}: ${advice}.`,
          details: { daemon: PROTOCOL_VERSION, client },
        },
      });
      expect(await wire.closed).toEqual({ code: 1008, reason: "version_mismatch" });
    });
  }

  test("not at all is closed after a time", async () => {
    expect(ATTACH_TIMEOUT_MS).toBe(10_000);
    await using scene = await openScene({ attachTimeoutMs: 20 });
    const attached = await scene.attached();
    const silent = await scene.open();
    expect(await silent.closed).toEqual({ code: 1008, reason: "no attach in time" });
    expect((await attached.ask("ListPOs")).type).toBe("POList");
  });

  test("of fifty at once gives each an id of its own, seen by all", async () => {
    await using scene = await openScene();
    await Promise.all(Array.from({ length: 50 }, () => scene.attached()));
    const { connectors } = await scene.world.ask("ListConnectors", {});
    expect(new Set(connectors.map((one) => one.connector_id)).size).toBe(50);
  });

  test("from a web page is refused", async () => {
    await using scene = await openScene();
    const refused = await scene.open({ origin: "http://127.0.0.1" }).catch((thrown) => thrown);
    expect(refused).toBeInstanceOf(Error);
    const response = await fetch("http://jamey/api/call/ListPOs", {
      unix: scene.socket,
      method: "POST",
      headers: { origin: "null" },
    });
    expect(response.status).toBe(403);
  });

  test("and leaving is said once each, also by one that just goes", async () => {
    await using scene = await openScene();
    const wire = await scene.attached({ client: "web" });
    wire.close();
    const { payload } = await scene.world.happened("ConnectorDetached");
    expect(payload).toMatchObject({ connector_type: "web" });
    const types = scene.world
      .rows({ types: ["ConnectorAttached", "ConnectorDetached"] })
      .map((row) => row.type);
    expect(types).toEqual(["ConnectorAttached", "ConnectorDetached"]);
    expect(scene.world.log.filter((line) => !line.includes(" info "))).toEqual([]);
  });
});

describe("a frame", () => {
  test("that is none is answered with an error, a thousand times, and the client goes on", async () => {
    await using scene = await openScene();
    const wire = await scene.attached();
    const bad = [
      "",
      "{",
      "null",
      "7",
      '"text"',
      "[]",
      "{}",
      '{"id":901}',
      '{"type":"ListPOs"}',
      '{"id":{},"type":"ListPOs"}',
      '{"id":1.5,"type":"ListPOs"}',
      `{"id":901,"type":"${"x".repeat(65)}"}`,
      `{"id":"${"x".repeat(129)}","type":"ListPOs"}`,
      '{"__proto__":{"id":901,"type":"ListPOs"}}',
      "\u0000",
      '{"id":901,"type":"ListPOs"}trailing',
    ];
    for (let round = 0; round < 1_000; round += 1) {
      wire.send(bad[round % bad.length] ?? "");
      // Each is read before the next is sent: how many may be unread is another test.
      if (round % 100 === 99) await wire.ask("ListPOs");
    }
    const errors = wire.frames.filter((frame) => frame.type === "Error");
    expect(errors.length).toBe(1_000);
    // The id of a frame that begins with one comes back, whatever is wrong with the rest.
    expect(new Set(errors.map((frame) => `${frame.id} ${invalid(frame)}`))).toEqual(
      new Set(["null invalid_request", "901 invalid_request"]),
    );
    expect((await wire.ask("ListPOs")).type).toBe("POList");
  });

  test("nested deeper than any of ours is refused before anything reads it", async () => {
    await using scene = await openScene();
    const wire = await scene.attached();
    wire.send(`{"id":901,"type":"ListPOs","payload":${"[".repeat(100_000)}`);
    wire.send(`{"id":902,"type":"ListPOs","payload":${"[".repeat(2_000)}${"]".repeat(2_000)}}`);
    expect((await wire.ask("ListPOs")).type).toBe("POList");
    const errors = wire.frames.filter((frame) => frame.type === "Error");
    const message = "The JSON is nested deeper than 128 levels.";
    expect(errors.map((frame) => [frame.id, errorOf(frame)])).toEqual(
      [901, 902].map((id) => [id, { code: "invalid_request", message, details: {} }]),
    );
  });

  test("that is too large, or binary, ends the connection and no other", async () => {
    await using scene = await openScene();
    const other = await scene.attached();
    const large = await scene.attached();
    large.send(JSON.stringify({ id: 1, type: "x", payload: "x".repeat(MAX_FRAME_BYTES) }));
    expect([1006, 1009]).toContain((await large.closed).code);
    const binary = await scene.attached();
    binary.send(new Uint8Array([1, 2, 3]));
    expect(await binary.closed).toEqual({ code: 1008, reason: "frames are JSON text" });
    expect((await other.ask("ListPOs")).type).toBe("POList");
  });

  test("may hold a request id of any text or number, which comes back as it was", async () => {
    await using scene = await openScene();
    const wire = await scene.attached();
    for (const id of [0, -1, 7, "", "x", "🙂", "\n"]) {
      wire.send(JSON.stringify({ id, type: "ListPOs" }));
      expect((await wire.until((frame) => frame.id === id)).type).toBe("POList");
    }
  });

  test("of two clients that use the same ids is never answered to the other", async () => {
    await using scene = await openScene();
    const wires = await Promise.all([scene.attached(), scene.attached()]);
    const asked = wires.map(async (wire, mark) => {
      for (let from = 0; from < 1_000; from += 100) {
        const ids = Array.from({ length: 100 }, (_, index) => from + index);
        for (const id of ids) {
          wire.send(
            JSON.stringify({ id, type: "InspectPO", payload: { po_name: `w${mark}_${id}` } }),
          );
        }
        await wire.until((frame) => frame.id === from + 99);
      }
      return wire.frames
        .filter((frame) => frame.type === "Error")
        .every((frame) => errorOf(frame).message.includes(`'w${mark}_${frame.id}'`));
    });
    expect(await Promise.all(asked)).toEqual([true, true]);
    expect(wires.map((wire) => wire.frames.length)).toEqual([1_001, 1_001]);
  });
});

describe("requests", () => {
  test("a hundred at once in a storm of events are each answered once, by their id", async () => {
    await using scene = await openScene();
    const wire = await scene.attached();
    await wire.ask("Subscribe", {});
    const { session } = await scene.world.ask("CreateSession", { po_name: "helper" });
    const { session_id } = session;
    const storm = (async () => {
      for (let round = 0; round < 20; round += 1) {
        await Promise.all(
          Array.from({ length: 100 }, (_, index) =>
            scene.world.ask("RenameSession", { session_id, name: `${round} ${index}` }),
          ),
        );
      }
    })();
    const ids = Array.from({ length: 100 }, (_, index) => `p${index}`);
    for (const id of ids) {
      const po_name = Number(id.slice(1)) % 2 === 0 ? "helper" : `none_${id}`;
      wire.send(JSON.stringify({ id, type: "InspectPO", payload: { po_name } }));
    }
    for (const id of ids) await wire.until((frame) => frame.id === id);
    await storm;
    await wire.until((frame) => (frame.payload as { name?: string } | undefined)?.name === "19 99");
    const replies = wire.frames.filter((frame) => ids.includes(String(frame.id)));
    expect(replies.length).toBe(100);
    for (const { id, type, payload } of replies) {
      const isEven = Number(String(id).slice(1)) % 2 === 0;
      expect(type).toBe(isEven ? "POInfo" : "Error");
      if (!isEven) expect(JSON.stringify(payload)).toContain(`none_${id}`);
    }
    const names = wire.frames
      .filter((frame) => frame.event_type === "SessionRenamed")
      .map((frame) => (frame.payload as { name: string }).name);
    expect(names).toEqual(
      Array.from({ length: 2_000 }, (_, index) => `${Math.floor(index / 100)} ${index % 100}`),
    );
    // To one that is behind many events travel together.
    const late = await scene.attached();
    await late.ask("Subscribe", { after: 0 });
    await late.until((frame) => frame.type === "caught_up");
    expect(late.frames.length).toBeGreaterThan(2_000);
    expect(late.messages()).toBeLessThan(20);
  });

  test("that nobody reads the replies of end the connection, and only that", async () => {
    await using scene = await openScene();
    const [wire, other] = [await scene.attached(), await scene.attached()];
    wire.pause();
    const before = process.memoryUsage.rss();
    const isThere = () => scene.world.runtime().connections.list().length === 2;
    for (let id = 0; id < 50_000 && isThere(); id += 1) {
      wire.send(JSON.stringify({ id, type: "NoSuchCommand" }));
      if (id % 100 === 0) await other.ask("ListPOs");
    }
    await scene.world.happened("ConnectorDetached");
    expect((await other.ask("ListPOs")).type).toBe("POList");
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 1024 * 1024);
  });

  test(`of which more than ${MAX_REQUESTS_IN_FLIGHT} wait for a turn end the connection`, async () => {
    await using scene = await openScene({ script: () => undefined });
    const wire = await scene.attached();
    const { payload } = await wire.ask("SendMessage", { po_name: "helper", message: "hi" });
    const { turn_id } = payload as { turn_id: string };
    for (let id = 0; id <= MAX_REQUESTS_IN_FLIGHT; id += 1) {
      wire.send(JSON.stringify({ id, type: "WaitForTurn", payload: { turn_id } }));
    }
    expect((await wire.closed).code).toBe(1013);
  });

  test("whose answer is larger than a frame are told so", async () => {
    await using scene = await openScene();
    const wire = await scene.attached();
    const message = "x".repeat(9 * 1024 * 1024);
    const first = await scene.world.ask("SendMessage", { po_name: "helper", message });
    await scene.world.ask("WaitForTurn", { turn_id: first.turn_id });
    const { session_id } = first;
    const one = await wire.ask("GetSession", { session_id });
    expect(one.type).toBe("SessionInfo");
    const next = await scene.world.ask("SendMessage", { po_name: "helper", message, session_id });
    await scene.world.ask("WaitForTurn", { turn_id: next.turn_id });
    expect(await wire.ask("GetSession", { session_id })).toEqual({
      type: "Error",
      payload: {
        code: "too_large",
        message: `The SessionInfo is larger than ${MAX_FRAME_BYTES} bytes: follow the events instead.`,
        details: {},
      },
    });
  });
});

describe("events", () => {
  test("as large as they may be arrive, also the two that one row stands for", async () => {
    await using scene = await openScene();
    const wire = await scene.attached();
    await wire.ask("Subscribe", { event_types: ["MessageAdded", "BusEntry"] });
    const message = "ü".repeat(5 * 1024 * 1024);
    await scene.world.ask("SendMessage", { po_name: "helper", message });
    const bus = await wire.until((frame) => frame.event_type === "BusEntry");
    expect((bus.payload as { message: string }).message).toBe(message);
    const added = await wire.until((frame) => frame.event_type === "MessageAdded");
    expect((added.payload as { content: string }).content).toBe(message);
  });

  test("that cannot be read end the connection with an error, not the daemon", async () => {
    await using scene = await openScene();
    const wire = await scene.attached();
    const other = await scene.attached();
    await wire.ask("Subscribe", {});
    await wire.until((frame) => frame.type === "caught_up");
    scene.world.damage(new JameyError("storage_failed", "Event 7 is damaged."));
    await scene.world.ask("CreateSession", { po_name: "helper" });
    expect(await wire.closed).toEqual({ code: 1011, reason: "storage_failed" });
    expect(wire.frames.at(-1)).toEqual({
      id: null,
      type: "Error",
      payload: { code: "storage_failed", message: "Event 7 is damaged.", details: {} },
    });
    expect((await other.ask("ListPOs")).type).toBe("POList");
  });
});

describe("connections that come and go", () => {
  test("leave no subscription, no listener and no descriptor behind", async () => {
    await using scene = await openScene();
    const descriptors = () => readdirSync("/proc/self/fd").length;
    const stay = await scene.attached();
    const round = async () => {
      const wires = await Promise.all(Array.from({ length: 20 }, () => scene.attached()));
      await Promise.all(wires.map((wire) => wire.ask("Subscribe", { after: 0 })));
      for (const wire of wires) wire.close();
      await Promise.all(wires.map((wire) => wire.closed));
    };
    await round();
    const before = descriptors();
    for (let count = 0; count < 20; count += 1) await round();
    await scene.world.runtime().connections.flush();
    expect(scene.world.runtime().connections.list().length).toBe(1);
    expect(descriptors()).toBeLessThanOrEqual(before + 2);
    expect((await stay.ask("ListConnectors")).type).toBe("ConnectorList");
    const rows = scene.world.rows({ types: ["ConnectorAttached", "ConnectorDetached"] });
    expect(rows.filter((row) => row.type === "ConnectorAttached").length).toBe(421);
    expect(rows.filter((row) => row.type === "ConnectorDetached").length).toBe(420);
  });
});
