// The wire against its snapshot, and the spellings that clients rely on.
import { describe, expect, test } from "bun:test";
import { wireText } from "../scripts/wire.ts";
import { unsaidChanges, WIRE_FILE, wireBefore } from "../scripts/wire-changes.ts";
import { commands } from "../src/protocol/commands/index.ts";
import { events } from "../src/protocol/events/index.ts";
import { delivery, poState, role, source } from "../src/protocol/messages.ts";
import { describeWire } from "../src/protocol/schema.ts";

/** Every key of every object schema in the wire, as JSON Schema names them. */
function fieldsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(fieldsOf);
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "properties" && typeof value === "object" && value !== null
      ? [...Object.keys(value), ...Object.values(value).flatMap(fieldsOf)]
      : fieldsOf(value),
  );
}

describe("the wire", () => {
  test("is the reviewed one; `bun scripts/wire.ts` rewrites it after a decision", async () => {
    // Lines, so that a failure shows the ones that changed.
    const kept = (await Bun.file(WIRE_FILE).text()).split("\n");
    expect(wireText().split("\n")).toEqual(kept);
  });

  test("has another number where older programs would not understand it any more", async () => {
    const text = wireText();
    const before = await wireBefore(text);
    // A copy without history has nothing to be compared with.
    expect(before === undefined ? [] : unsaidChanges(before, JSON.parse(text))).toEqual([]);
  });

  test("spells roles, sources and states in lower case", () => {
    expect(role.options).toEqual(["system", "user", "assistant", "tool"]);
    expect(source.options).toEqual(["tui", "cli", "api", "mcp", "web", "po", "delegation"]);
    expect(poState.options).toEqual(["idle", "working", "waiting"]);
    expect(delivery.options).toEqual(["queue", "steer"]);
  });

  test("spells every field in snake_case", () => {
    const fields = new Set(fieldsOf(describeWire()));
    const odd = [...fields].filter((field) => !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(field));
    expect({ odd, isReal: fields.size > 100 }).toEqual({ odd: [], isReal: true });
  });

  test("has every command and event of the documents under its own name", () => {
    expect(Object.keys(commands)).toEqual(
      expect.arrayContaining([
        ...["SendMessage", "ListPOs", "InspectPO", "ListSessions", "GetSession", "CreateSession"],
        ...["DeleteSession", "SwitchSession", "Subscribe", "Unsubscribe", "ListPendingRequests"],
        "RespondToRequest",
      ]),
    );
    expect(Object.keys(events)).toEqual(
      expect.arrayContaining([
        ...["SessionCreated", "SessionDeleted", "MessageAdded", "POStateChanged", "POLoaded"],
        ...["POUnloaded", "HumanRequestQueued", "HumanRequestResponded", "ConnectorAttached"],
        ...["ConnectorDetached", "BusEntry"],
      ]),
    );
  });

  test("carries the documents' fields in each of their events", () => {
    const wanted: Record<string, string[]> = {
      SessionCreated: ["session_id", "po_name", "source"],
      SessionDeleted: ["session_id"],
      MessageAdded: ["session_id", "message_id", "role", "content", "source"],
      POStateChanged: ["po_name", "old_state", "new_state"],
      POLoaded: ["po_name"],
      POUnloaded: ["po_name"],
      HumanRequestQueued: ["request_id", "from_po", "question"],
      HumanRequestResponded: ["request_id", "response"],
      ConnectorAttached: ["connector_type", "connector_id"],
      ConnectorDetached: ["connector_type", "connector_id"],
      BusEntry: ["from", "to", "message", "timestamp"],
    };
    const described: Record<string, { payload: { properties?: object } }> = describeWire().events;
    const missing = Object.entries(wanted).flatMap(([name, fields]) => {
      const known = Object.keys(described[name]?.payload.properties ?? {});
      return fields.filter((field) => !known.includes(field)).map((field) => `${name}.${field}`);
    });
    expect(missing).toEqual([]);
  });

  test("names commands as orders and replies as nouns, each command with one reply", () => {
    const names = Object.keys(commands).filter((name) => !/^[A-Z][a-z]+[A-Z]?/.test(name));
    const replies = Object.values(commands).map((row) => row.reply);
    expect({ names, unnamed: replies.filter((reply) => reply === undefined) }).toEqual({
      names: [],
      unnamed: [],
    });
  });
});
