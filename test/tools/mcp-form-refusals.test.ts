// What of a server's form is refused before anybody is asked, and what of it only looks odd.
import { expect, test } from "bun:test";
import { fillIn } from "../../src/tools/mcp/form.ts";

type Asked = Parameters<typeof fillIn>[0];

const formOf = (properties: object, required: string[] = [], message = "Please"): Asked => ({
  message,
  // Whatever a server sends is a schema here.
  requestedSchema: { type: "object", properties: properties as never, required },
});

/** What comes of it, or why not, and what a human was asked who says these words one after the other. */
async function fill(form: Asked, words: string[] = []) {
  const asked: { question: string; options: string[] }[] = [];
  const ask = async (question: string, options: string[]) => {
    asked.push({ question, options });
    return await Promise.resolve(words[asked.length - 1] ?? null);
  };
  const filled = await fillIn(form, "Who:", ask).catch((thrown: Error) => thrown.message);
  return { filled, asked };
}

const long = (length: number) => "x".repeat(length);

test.each([
  ["message", formOf({}, [], long(4_001)), "the form's message has 4001 characters"],
  ["description", formOf({ a: { description: long(4_000) } }), "what is said of the field a has"],
  ["title", formOf({ a: { title: long(4_001) } }), "what is said of the field a has"],
  ["name", formOf({ [long(4_001)]: {} }), `what is said of the field ${long(64)}… has`],
  ["preset", formOf({ a: { default: long(4_001) } }), "what is said of the field a has"],
  ["format", formOf({ a: { format: long(4_001) } }), "what is said of the field a has"],
  ["choice", formOf({ a: { enum: [long(501)] } }), "a choice of the field a has 501 characters"],
  [
    "named choice",
    formOf({ a: { type: "array", items: { anyOf: [{ const: "a", title: long(501) }] } } }),
    "a choice of the field a has 501 characters",
  ],
])("a %s too long to be shown whole is refused, and nobody is asked", async (_what, form, why) => {
  expect(await fill(form)).toEqual({ filled: expect.stringContaining(why), asked: [] });
});

test("words as long as may be are shown to the last character", async () => {
  const { asked } = await fill(formOf({ a: { enum: [long(500)] } }, [], long(4_000)));
  expect([asked[0]?.question.includes(long(4_000)), asked[0]?.options[0]]).toEqual([
    true,
    long(500),
  ]);
});

const secret = (name: string) =>
  `the field ${name} asks for a secret: a form never does, and jamey does not ask its human for it`;

test.each([
  ["password", {}],
  ["userPassword", {}],
  ["DB_PASSWD", {}],
  ["GITHUBToken", {}],
  ["apiKey", {}],
  ["APIKey", {}],
  ["private-key", {}],
  ["passphrase", {}],
  ["client_secret", {}],
  ["pin", { type: "integer" }],
  ["a", { title: "GitHub password" }],
  ["a", { title: "API key" }],
  ["a", { title: "One-time code" }],
  ["a", { format: "password" }],
  ["a", { writeOnly: true }],
])("a field for a secret is refused: %s %j", async (name, schema) => {
  const form = formOf({ first: {}, [name]: { type: "string", ...schema } });
  expect(await fill(form, ["x"])).toEqual({ filled: secret(name), asked: [] });
});

test.each([
  ["max_tokens", { type: "integer" }],
  ["spinner", { type: "string" }],
  ["monkey", { type: "string" }],
  ["use_password", { type: "boolean" }],
  ["token", { enum: ["read", "write"] }],
])("a field that is for none is asked: %s %j", async (name, schema) => {
  const { filled, asked } = await fill(formOf({ [name]: schema }));
  expect([filled, asked.length]).toEqual([{ action: "cancel" }, 1]);
});

test.each([
  [" First ", " First ", "1"],
  ["First", "First", "2"],
  ["  Third", "Third", "3"],
  ["Third", "Third", "3"],
  [" 4 ", "Fourth", " 4 "],
])("of choices with blanks around them %j is what is meant by it", async (said, _label, value) => {
  const oneOf = [
    { const: "1", title: " First " },
    { const: "2", title: "First" },
    { const: "3", title: " Third " },
    { const: " 4 ", title: "Fourth" },
  ];
  const one = { type: "string", oneOf };
  const some = { type: "array", items: { anyOf: oneOf } };
  expect((await fill(formOf({ one, some }), [said, said])).filled).toEqual({
    action: "accept",
    content: { one: value, some: [value] },
  });
});

test.each(["__proto__", "constructor", "isPrototypeOf", "toString"])(
  "the format %s is one that is not known here: the server is the judge",
  async (format) => {
    const { filled } = await fill(formOf({ a: { type: "string", format } }), ["x"]);
    expect(filled).toEqual({ action: "accept", content: { a: "x" } });
  },
);

test("names that every object has are names like others, but one that no answer can carry", async () => {
  const odd = { constructor: { type: "string" }, toString: { type: "string" } };
  const { filled } = await fill(formOf(odd, ["toString"]), ["a", "b"]);
  expect(JSON.stringify(filled)).toBe(
    '{"action":"accept","content":{"constructor":"a","toString":"b"}}',
  );
  const parsed = JSON.parse('{"__proto__":{"type":"string"}}');
  expect(await fill(formOf(parsed, ["__proto__"]), ["a"])).toEqual({
    filled: "no answer can have a field named __proto__",
    asked: [],
  });
  expect(await fill(formOf({}, ["__proto__"]), ["a"])).toEqual({
    filled: "it requires a field __proto__ that it lacks",
    asked: [],
  });
});
