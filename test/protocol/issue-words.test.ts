// What is wrong with a value is said in words for people.
import { expect, test } from "bun:test";
import { z } from "zod";
import { issueWords } from "../../src/protocol/issue-words.ts";

const said = (schema: z.ZodType, value: unknown, known: string[] = []): string[] =>
  (schema.safeParse(value).error?.issues ?? []).map((issue) => issueWords(issue, known));

test("the words of the schema library are not shown", () => {
  expect([
    said(z.string(), undefined),
    said(z.string(), 3),
    said(z.number().int(), 1.5),
    said(z.string().min(4), "abc"),
    said(z.number().max(3), 4),
    said(z.array(z.string()).max(1), ["a", "b"]),
    said(z.enum(["a", "b"]), "c"),
    said(z.literal("jamey-session"), "x"),
    said(z.record(z.string(), z.string()), 3),
    said(z.union([z.string(), z.number()]), true),
    said(z.strictObject({}), { mesage: 1, zzz: 2 }, ["message"]),
  ]).toEqual([
    ["is missing"],
    ["must be text"],
    ["must be a whole number"],
    ["must have at least 4 characters"],
    ["must be at most 3"],
    ["must have at most 1 items"],
    ["must be one of a, b"],
    ["must be jamey-session"],
    ["must be a mapping of keys"],
    ["must be text, or a number"],
    ["unknown key 'mesage'; did you mean 'message'?; unknown key 'zzz'"],
  ]);
});

test("a schema's own words stay", () => {
  expect(said(z.string().regex(/^a$/, "one letter a"), "b")).toEqual(["one letter a"]);
});
