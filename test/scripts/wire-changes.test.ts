// Which changes of the wire need another PROTOCOL_VERSION.
import { describe, expect, test } from "bun:test";
import { unsaidChanges } from "../../scripts/wire-changes.ts";

const reply = {
  type: "object",
  properties: { state: { type: "string", enum: ["idle", "working"] }, name: { type: "string" } },
  required: ["state"],
};
const union = { anyOf: [{ type: "null" }, reply] };
const wire = {
  protocol_version: 1,
  commands: { Look: { summary: "Looks.", scope: "read", payload: union } },
  errors: { busy: { status: 409 } },
};

/** The same wire with another reply. */
const replying = (change: object) => ({
  ...wire,
  commands: { Look: { ...wire.commands.Look, payload: { anyOf: [{ type: "null" }, change] } } },
});
const { properties } = reply;

describe("the number may stay", () => {
  for (const [what, after] of Object.entries({
    "where a sentence changes": {
      ...wire,
      commands: { Look: { ...wire.commands.Look, summary: "Looks at it." } },
    },
    "where a command is added": { ...wire, commands: { ...wire.commands, Leave: {} } },
    "where an error is added": { ...wire, errors: { ...wire.errors, gone: { status: 410 } } },
    "where a choice is added": replying({
      ...reply,
      properties: {
        ...properties,
        state: { type: "string", enum: ["idle", "waiting", "working"] },
      },
    }),
    "where a field is added that may be left out": replying({
      ...reply,
      properties: { ...properties, summary: { type: "string" } },
    }),
  })) {
    test(what, () => expect(unsaidChanges(wire, after)).toEqual([]));
  }
});

describe("the number must move", () => {
  const place = "commands.Look.payload.anyOf";
  for (const [what, after, places] of [
    [
      "where a reply gains a field that is always there",
      replying({ ...reply, required: ["state", "name"] }),
      [place],
    ],
    ["where a field may be missing now", replying({ ...reply, required: [] }), [place]],
    [
      "where a field is gone",
      replying({ ...reply, properties: { state: properties.state } }),
      [place],
    ],
    [
      "where a choice is gone",
      replying({
        ...reply,
        properties: { ...properties, state: { type: "string", enum: ["idle"] } },
      }),
      [place],
    ],
    [
      "where a text is bounded",
      replying({ ...reply, properties: { ...properties, name: { type: "string", maxLength: 9 } } }),
      [place],
    ],
    [
      "where a field that is called like a sentence changes",
      {
        ...wire,
        commands: {
          Look: { ...wire.commands.Look, payload: { properties: { summary: { type: "null" } } } },
        },
      },
      [place, "commands.Look.payload.properties"],
    ],
    ["where a command is gone", { ...wire, commands: {} }, ["commands.Look"]],
    [
      "where a command asks for more rights",
      { ...wire, commands: { Look: { ...wire.commands.Look, scope: "human" } } },
      ["commands.Look.scope"],
    ],
  ] as const) {
    test(what, () => {
      expect(unsaidChanges(wire, after)).toEqual([...places]);
      expect(unsaidChanges(wire, { ...after, protocol_version: 2 })).toEqual([]);
    });
  }

  test("at the place that is named", () => {
    const before = { protocol_version: 1, events: { Gone: { payload: reply } } };
    const payload = { ...reply, required: ["name", "state"] };
    const after = { protocol_version: 1, events: { Gone: { payload } } };
    expect(unsaidChanges(before, after)).toEqual(["events.Gone.payload.required"]);
  });
});
