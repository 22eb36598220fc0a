// Every list and record that is asked with has a bound, which holds before its elements are looked at.
import { describe, expect, test } from "bun:test";
import type { z } from "zod";
import { commands } from "../../src/protocol/commands/index.ts";
import { parseJson } from "../../src/protocol/decode.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { frames } from "../../src/protocol/frames.ts";
import { readGiven } from "../../src/protocol/given.ts";
import { MAX_ITEMS, MAX_JSON_VALUES } from "../../src/protocol/limits.ts";
import { eventsRequest } from "../../src/protocol/rest.ts";
import { schemaOf } from "../../src/protocol/schema.ts";
import { routes } from "../../src/runtime/connectors/http/routes.ts";

interface Shape {
  $ref?: string;
  anyOf?: Shape[];
  oneOf?: Shape[];
  properties?: { [name: string]: Shape };
  items?: Shape;
  maxItems?: number;
  additionalProperties?: Shape | boolean;
}

interface Place {
  /** What leads there; 0 is the first element of a list. */
  path: (string | 0)[];
  isList: boolean;
  max: number;
  /** Any JSON is a good element. */
  isAny: boolean;
}

/** Every list and record in a schema; what may be any JSON is one value here. */
function placesIn(shape: Shape, path: (string | 0)[] = []): Place[] {
  const { items, properties = {}, additionalProperties: rest } = shape;
  const isRecord = typeof rest === "object" && Object.keys(properties).length === 0;
  const element = items ?? (isRecord ? rest : undefined);
  const own = element && {
    path,
    isList: items !== undefined,
    max: shape.maxItems ?? MAX_ITEMS,
    isAny: element.$ref !== undefined || Object.keys(element).length === 0,
  };
  return [
    ...(own ? [own] : []),
    ...[...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].flatMap((one) => placesIn(one, path)),
    ...Object.entries(properties).flatMap(([name, field]) => placesIn(field, [...path, name])),
    ...(element ? placesIn(element, [...path, own?.isList ? 0 : "0"]) : []),
  ];
}

/** A value that has `inner` at the end of a path, and nothing beside it. */
const around = (path: Place["path"], inner: unknown): unknown =>
  path.reduceRight<unknown>((value, step) => (step === 0 ? [value] : { [step]: value }), inner);

/** A list or record of so many elements, which counts how many were read. */
function counted(place: Place, length: number, element: unknown) {
  let reads = 0;
  const whole: object = place.isList
    ? Array.from({ length }, () => element)
    : Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, element]));
  const value = new Proxy(whole, {
    get(target, key) {
      if (typeof key === "string" && /^k?\d+$/.test(key)) reads += 1;
      return Reflect.get(target, key);
    },
  });
  return { value, reads: () => reads };
}

function refused(asks: z.ZodType, given: unknown): unknown {
  try {
    readGiven({ id: "x", asks }, given);
  } catch (thrown) {
    if (thrown instanceof JameyError) return [thrown.code, thrown.details.issues];
    throw thrown;
  }
  return "taken";
}

const asked: [string, z.ZodType][] = [
  ...Object.entries(commands).map(([name, word]): [string, z.ZodType] => [name, word.params]),
  ...routes.map((route): [string, z.ZodType] => [route.id, route.asks]),
  ["attach", frames.attach],
  ["request", frames.request],
  ["events", eventsRequest],
];

const cases = asked.flatMap(([name, asks]) =>
  // A JSON Schema is what zod makes of it; only its own words are read here.
  placesIn(schemaOf(asks, "input") as Shape).map((place) => ({
    name: `${name} ${place.path.join(".")}`,
    asks,
    place,
  })),
);

describe("a list or record", () => {
  test("is looked for everywhere", () => {
    const names = cases.map((one) => one.name);
    for (const known of [
      "Subscribe event_types",
      "SendMessage settings.rules",
      "CreateSession context",
      "CreateSession metadata",
      "ImportSession document.messages",
      "ImportSession document.messages.0.tool_calls",
      "ImportSession document.attachments",
      "attach variables",
    ]) {
      expect(names).toContain(known);
    }
  });

  test.each(cases)("that is too long is refused unread: $name", ({ asks, place }) => {
    const { value, reads } = counted(place, place.max + 1, 0);
    const problem = `it holds ${place.max + 1}, and at most ${place.max} are taken`;
    expect([refused(asks, around(place.path, value)), reads()]).toEqual([
      ["invalid_request", [{ field: place.path.join("."), problem }]],
      0,
    ]);
  });

  test.each(cases.filter(({ place }) => !place.isAny && place.max > 32))(
    "that is long is read only to its first bad element: $name",
    ({ asks, place }) => {
      const { value, reads } = counted(place, place.max, 0);
      const found = refused(asks, around(place.path, value));
      expect(found).toEqual(["invalid_request", [expect.anything()]]);
      expect(reads()).toBe(1);
    },
  );
});

test("JSON with too many values is refused before it is parsed", () => {
  const list = (length: number) => `[${"0,".repeat(length - 1)}0]`;
  expect(parseJson(list(1_000))).toBeArrayOfSize(1_000);
  expect(() => parseJson(list(MAX_JSON_VALUES))).toThrow(`more than ${MAX_JSON_VALUES} values`);
  expect(() => parseJson('{"a":1,"b":[2,3]}', { maxValues: 4 })).toThrow("more than 4 values");
  expect(parseJson('{"a":1,"b":[2,3]}', { maxValues: 6 })).toEqual({ a: 1, b: [2, 3] });
});
