// Every word of the protocol with random values: written, read, and still the same.
import { describe, expect, test } from "bun:test";
import type { z } from "zod";
import { commands } from "../../src/protocol/commands/index.ts";
import { parseJson } from "../../src/protocol/decode.ts";
import { events } from "../../src/protocol/events/index.ts";
import { frames } from "../../src/protocol/frames.ts";
import { signals } from "../../src/protocol/signals.ts";
import { createRandom } from "../core/support/random.ts";
import { jsonSchemaOf, randomValue } from "./support/values.ts";

const VALUES = 40;

type Word = { name: string; schema: z.ZodType; io: "input" | "output" };

const words: Word[] = [
  ...Object.entries(commands).flatMap(([name, row]): Word[] => [
    { name, schema: row.params, io: "input" },
    { name: `${name} → ${row.reply}`, schema: row.payload, io: "output" },
  ]),
  ...Object.entries(events).map(
    ([name, row]): Word => ({ name, schema: row.payload, io: "output" }),
  ),
  ...Object.entries(signals).map(
    ([name, row]): Word => ({ name, schema: row.payload, io: "output" }),
  ),
  ...Object.entries(frames).map(
    ([name, schema]): Word => ({ name: `frame ${name}`, schema, io: "input" }),
  ),
];

const valuesOf = ({ name, schema, io }: Word) => {
  const described = jsonSchemaOf(schema, io);
  const seed = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  const random = createRandom(seed);
  return Array.from({ length: VALUES }, () => randomValue(random, described));
};

describe.each(words)("$name", (word) => {
  test("is the same after it was written and read", () => {
    for (const value of valuesOf(word)) {
      const read = word.schema.parse(parseJson(JSON.stringify(value)));
      if (word.io === "output") expect(read).toStrictEqual(value);
      expect(word.schema.parse(parseJson(JSON.stringify(read)))).toStrictEqual(read);
    }
  });

  test("takes fields that it does not know, and needs those that it does", () => {
    const { required = [], properties = {} } = jsonSchemaOf(word.schema, word.io);
    const [value] = valuesOf(word);
    const whole: Record<string, unknown> = { ...Object(value) };
    const read = word.schema.parse(whole);
    expect(word.schema.parse({ ...whole, unknown_field: [1] })).toStrictEqual(read);
    for (const field of required) {
      // What may be anything may also be nothing.
      if (Object.keys(properties[field] ?? {}).length === 0) continue;
      const { [field]: _, ...rest } = whole;
      const named = word.schema.safeParse(rest).error?.issues.map((issue) => issue.path[0]);
      expect({ field, named }).toEqual({ field, named: [field] });
    }
  });
});
