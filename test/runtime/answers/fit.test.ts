// Documents held against JSON Schemas: compared with an independent validator over random schemas and
// values, and by hand where words, bounds and time matter.
import { describe, expect, spyOn, test } from "bun:test";
import Ajv from "ajv/dist/2020";
import type { Json } from "../../../src/protocol/messages.ts";
import { fit, MAX_WORK } from "../../../src/runtime/answers/fit.ts";
import type { SchemaObject } from "../../../src/runtime/answers/keywords.ts";
import { answerProblems } from "../../../src/runtime/answers/problems.ts";
import { requireSchema } from "../../../src/runtime/answers/schema.ts";
import { createRandom, type Random } from "../../core/support/random.ts";

const ROUNDS = 2_000;
/** What one look may cost that is paid for when it is done: a text of a megabyte, and the names of its size. */
const MAX_LAST_LOOK = 3_000_000;

const names = ["a", "b", "c/d", "e~f"];
const scalars: Json[] = [null, true, false, 0, 1, 2, 3.5, -1, "", "a", "ab", "12", "é"];

function randomValue(random: Random, depth: number): Json {
  const choice = depth <= 0 ? 0 : random.between(0, 5);
  if (choice <= 2) return random.pick(scalars);
  const count = random.between(0, 3);
  if (choice === 3) return Array.from({ length: count }, () => randomValue(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length: count }, () => [random.pick(names), randomValue(random, depth - 1)]),
  );
}

function randomSchema(random: Random, depth: number): SchemaObject {
  // `contains` stands alone and holds no `false`: beside `items` the peer takes an empty list for fitting.
  const own = (): Json => randomSchema(random, Math.max(0, depth - 1));
  const inner = (): Json => (random.oneIn(8) ? random.oneIn(2) : own());
  const named = (keys: string[]) =>
    Object.fromEntries(keys.filter(() => random.oneIn(2)).map((key) => [key, inner()]));
  const plain: (() => SchemaObject)[] = [
    () => ({ type: random.pick(["null", "boolean", "object", "array", "number", "integer"]) }),
    () => ({ type: ["string", random.pick(["null", "object", "array"])] }),
    () => ({ enum: [random.pick(scalars), randomValue(random, 1)] }),
    () => ({ const: randomValue(random, 1) }),
    () => ({ minimum: random.between(-1, 3), maximum: random.between(1, 4) }),
    () => ({ exclusiveMinimum: random.between(-1, 2) }),
    () => ({ exclusiveMaximum: random.between(0, 3) }),
    () => ({ multipleOf: random.pick([1, 2, 0.5]) }),
    () => ({ minLength: random.between(0, 2), maxLength: random.between(1, 3) }),
    () => ({ pattern: random.pick(["^a", "b$", "^\\d+$", "^(a|b)*$", "[^a]", "é"]) }),
    () => ({ minItems: random.between(0, 2), maxItems: random.between(1, 3) }),
    () => ({ uniqueItems: true }),
    () => ({ required: names.filter(() => random.oneIn(3)) }),
    () => ({ dependentRequired: { a: ["b"], b: [random.pick(names)] } }),
    () => ({ minProperties: random.between(0, 2), maxProperties: random.between(1, 3) }),
    () => ({ $ref: random.pick(["#/$defs/one", "#/$defs/c~1d"]) }),
  ];
  const nested: (() => SchemaObject)[] = [
    () => ({ items: inner() }),
    () => ({ prefixItems: [inner(), inner()], items: inner() }),
    () => ({ allOf: [{ contains: own() }] }),
    () => ({ allOf: [{ contains: own(), minContains: random.between(0, 2), maxContains: 2 }] }),
    () => ({ properties: named(names), additionalProperties: inner() }),
    () => ({ properties: named(names), patternProperties: { "^[ab]$": inner() } }),
    () => ({ patternProperties: { "/": inner() }, additionalProperties: false }),
    () => ({ propertyNames: inner() }),
    () => ({ dependentSchemas: { a: inner() } }),
    () => ({ allOf: [inner(), inner()] }),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({ oneOf: [inner(), inner(), inner()] }),
    () => ({ not: inner() }),
    () => ({ if: inner(), [random.pick(["then", "else"])]: inner() }),
  ];
  const make = () => random.pick(depth <= 0 || random.oneIn(3) ? plain : nested)();
  return { ...make(), ...(random.oneIn(2) ? make() : {}) };
}

const refused = (schema: SchemaObject): string => {
  try {
    requireSchema(schema);
    return "";
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "";
  }
};

describe("a document", () => {
  test("fits exactly where an independent validator says so", () => {
    const random = createRandom(20_261_121);
    const ajv = new Ajv({ strict: false, logger: false });
    const seen = { fitting: 0, unfit: 0 };
    const disagreed: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const $defs = { one: { type: "string" }, "c/d": { items: { $ref: "#/$defs/one" } } };
      const schema = { $defs, ...randomSchema(random, 3) };
      expect(refused(schema)).toBe("");
      const validate = ajv.compile(schema);
      for (let again = 0; again < 3; again += 1) {
        const value = randomValue(random, 3);
        const problems = fit(schema, value).problems;
        const fits = validate(value);
        seen[fits ? "fitting" : "unfit"] += 1;
        if ((problems?.length === 0) !== fits) {
          disagreed.push(JSON.stringify({ schema, value, fits, problems }));
        }
      }
      ajv.removeSchema();
    }
    expect(disagreed).toEqual([]);
    expect(seen.fitting).toBeGreaterThan(ROUNDS / 3);
    expect(seen.unfit).toBeGreaterThan(ROUNDS / 3);
  }, 120_000);

  test("that does not fit is told where, what must be, and what is", () => {
    const schema: SchemaObject = {
      type: "object",
      required: ["name", "tags"],
      properties: {
        age: { type: "integer", minimum: 0 },
        tags: { type: "array", items: { enum: ["x", "y"] } },
        born: { format: "date" },
        id: { anyOf: [{ type: "integer" }, { pattern: "^id-" }] },
      },
      additionalProperties: false,
    };
    const answer = { age: "1", tags: ["x", "z"], born: "2026-02-30", id: "7", more: 1 };
    expect(answerProblems(JSON.stringify(answer), schema)).toEqual([
      "the document must have 'name'",
      '/age must be integer, not string ("1")',
      '/tags/1 must be one of ["x","y"], not "z"',
      '/born must have the format date, not "2026-02-30"',
      '/id fits none of its 2 alternatives; the nearest: /id must be integer, not string ("7")',
      "/more must not be there",
    ]);
  });

  test("may stand in the one fence of an answer, and in no other place", () => {
    const schema = { type: "array" };
    expect(answerProblems("Here:\n```json\n[1]\n```\nDone.", schema)).toEqual([]);
    expect(answerProblems("```\n[1]\n```\n```\n[2]\n```", schema)).toHaveLength(1);
    expect(answerProblems("It is [1].", schema)).toHaveLength(1);
    expect(answerProblems(" ", schema)).toEqual(["it is empty"]);
    expect(answerProblems("[".repeat(200), schema)).toEqual([
      "it is nested deeper than 128 levels",
    ]);
  });

  test("with many problems is told some of them, each bounded", () => {
    const items = Array.from({ length: 500 }, (_, index) => `${index}${"x".repeat(500)}`);
    const problems = answerProblems(JSON.stringify(items), { items: { type: "integer" } });
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe("and more");
    expect(Math.max(...problems.map(({ length }) => length))).toBeLessThan(401);
  });
});

describe("the work", () => {
  const bounded = (text: string, schema: SchemaObject): string[] => {
    expect(refused(schema)).toBe("");
    expect(fit(schema, JSON.parse(text)).work).toBeLessThan(MAX_WORK + MAX_LAST_LOOK);
    return answerProblems(text, schema);
  };
  const tooLarge = ["it is too large to be held against its schema"];

  test("is linear in a text whatever its pattern", () => {
    const text = "1".repeat(200_000);
    expect(bounded(JSON.stringify(text), { pattern: "\\d+\\d+x" })).toHaveLength(1);
    expect(bounded(JSON.stringify(`${text}b`), { pattern: "^((1+)+)+$" })).toHaveLength(1);
  });

  test("ends where references make a small schema large", () => {
    const doubled = (next: string) => ({ anyOf: [{ $ref: next }, { $ref: next }] });
    const levels = Array.from({ length: 40 }, (_, index): [string, Json] => [
      `l${index}`,
      doubled(`#/$defs/l${index + 1}`),
    ]);
    const $defs = { ...Object.fromEntries(levels), l40: { type: "string" } };
    const problems = bounded("1", { $defs, $ref: "#/$defs/l0" });
    expect(problems).toEqual(tooLarge);
  });

  test("ends where values are long and schemas many", () => {
    const list = JSON.stringify(Array.from({ length: 100_000 }, (_, index) => index));
    expect(bounded(list, { uniqueItems: true, items: { type: "integer" } })).toEqual([]);
    const anyOf = Array.from({ length: 1_000 }, (_, index) => ({ const: [index] }));
    expect(bounded(list, { anyOf })).toHaveLength(1);
  });

  test("does not grow with what a problem is about", () => {
    const levels = Array.from({ length: 16 }, (_, index): [string, Json] => [
      `l${index}`,
      { allOf: [{ $ref: `#/$defs/l${index + 1}` }, { $ref: `#/$defs/l${index + 1}` }] },
    ]);
    const $defs = { ...Object.fromEntries(levels), l16: { type: "object" } };
    const doubled = { $defs, $ref: "#/$defs/l0" };
    const flat = { allOf: Array.from({ length: 3_000 }, () => ({ type: "object" })) };
    const problem = `the document must be object, not array (["${"y".repeat(78)}…)`;
    const short = [["y".repeat(90)]];
    const long = [["y".repeat(900_000)]];
    const cases: [SchemaObject, string[]][] = [
      [doubled, tooLarge],
      [flat, [problem]],
    ];
    for (const [schema, problems] of cases) {
      expect(bounded(JSON.stringify(long[0]), schema)).toEqual(problems);
      expect(fit(schema, long[0] ?? null).work).toBe(fit(schema, short[0] ?? null).work);
    }
  });

  test("is looking at no more of a value than is paid for", () => {
    const levels = Array.from({ length: 12 }, (_, index): [string, Json] => [
      `l${index}`,
      { allOf: [{ $ref: `#/$defs/l${index + 1}` }, { $ref: `#/$defs/l${index + 1}` }] },
    ]);
    const last: Json[] = [
      { const: [1] },
      { enum: [[1], { a: 1 }] },
      { uniqueItems: true },
      { items: { type: "string" } },
      { items: true },
      { contains: { type: "string" } },
      { not: { minItems: 1 } },
      { prefixItems: [false, { type: "integer" }] },
    ];
    for (const l12 of last) {
      let looks = 0;
      const list = new Proxy(
        Array.from({ length: 10_000 }, (_, index) => index),
        {
          get(target, key, receiver) {
            looks += 1;
            return Reflect.get(target, key, receiver);
          },
        },
      );
      const $defs = { ...Object.fromEntries(levels), l12 };
      const { work } = fit({ $defs, $ref: "#/$defs/l0" }, list);
      expect(looks).toBeLessThan(work);
    }
  });

  test("writes no more of a long text than a problem shows", () => {
    const long = "y".repeat(900_000);
    const written = spyOn(JSON, "stringify");
    try {
      const problems = ["object", "null"].map((type) => fit({ type }, [long, long]).problems);
      expect(problems).toHaveLength(2);
      const lengths = written.mock.results.map(({ value }) => String(value).length);
      expect(lengths.length).toBeGreaterThan(0);
      expect(Math.max(...lengths)).toBeLessThan(200);
    } finally {
      written.mockRestore();
    }
  });

  test("ends where a pattern has many states", () => {
    const random = createRandom(1);
    const text = Array.from({ length: 50_000 }, () => random.pick(["a", "b"])).join("");
    expect(bounded(JSON.stringify(text), { pattern: "^[ab]*a[ab]{400}c" })).toEqual(tooLarge);
  });

  test("ends where alternatives stand in alternatives", () => {
    const nest = (depth: number): SchemaObject =>
      depth === 0
        ? { required: ["a", "b", "c"] }
        : { anyOf: [{ allOf: [nest(depth - 1), nest(depth - 1), { type: "string" }] }] };
    const [problem = ""] = fit(nest(8), {}).problems ?? [];
    expect(problem.length).toBeLessThan(400);
  });
});

describe("a schema", () => {
  const cases: [SchemaObject, string][] = [
    [
      { type: "int" },
      '#/type must be one of null, boolean, object, array, number, string, integer, not "int"',
    ],
    [{ properties: { age: { type: [] } } }, "#/properties/age/type must be one of"],
    [{ properties: [] }, "#/properties must be an object of schemas"],
    [{ items: [{}] }, "#/items is a list: call it prefixItems"],
    [{ properties: { "a/b": 1 } }, "#/properties/a~1b must be a schema"],
    [{ pattern: "(" }, "#/pattern is no pattern that can be used"],
    [{ pattern: "(?=a)" }, "looking ahead or behind"],
    [{ patternProperties: { "[": {} } }, "#/patternProperties is no pattern"],
    [{ $ref: "https://example.org/s.json" }, "#/$ref leads out of the schema"],
    [{ $ref: "#/$defs/none" }, "#/$ref leads to nothing that is a schema"],
    [{ $ref: "#/required", required: [] }, "#/$ref leads to nothing that is a schema"],
    [{ $ref: "#" }, "# refers to itself without an end"],
    [
      { $defs: { a: { allOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } } },
      "refers to itself without an end",
    ],
    [{ minLength: -1 }, "#/minLength must be a whole number"],
    [{ multipleOf: 0 }, "#/multipleOf must be a number above 0"],
    [{ required: "name" }, "#/required must be a list of names"],
    [{ dependentRequired: { a: 1 } }, "#/dependentRequired must hold a list of names"],
    [{ enum: [] }, "#/enum must be a list of values"],
    [{ anyOf: [] }, "#/anyOf must be a list of schemas"],
    [{ exclusiveMinimum: true }, "#/exclusiveMinimum must be a number"],
    [{ unevaluatedProperties: false }, "is not supported: use additionalProperties"],
    [{ properties: { a: { $id: "x" } } }, "#/properties/a/$id may stand only at the root"],
    [{ description: "x".repeat(70_000) }, "it is larger than 65536 bytes"],
    [nested(70), "it is nested deeper than 64 levels"],
  ];

  test("that is wrong is refused with its place", () => {
    for (const [schema, words] of cases) expect(refused(schema)).toContain(words);
  });

  test("may refer to itself from within, and carry annotations", () => {
    const schema: SchemaObject = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://example.org/tree.json",
      title: "A tree",
      "x-own": [1],
      properties: { children: { items: { $ref: "#" } }, name: { type: "string" } },
    };
    expect(refused(schema)).toBe("");
    const { problems } = fit(schema, { children: [{ children: [{ name: 1 }] }] });
    expect(problems).toEqual(["/children/0/children/0/name must be string, not number (1)"]);
  });
});

function nested(depth: number): SchemaObject {
  let schema: SchemaObject = {};
  for (let level = 0; level < depth; level += 1) schema = { not: schema };
  return schema;
}
