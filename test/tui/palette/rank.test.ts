// How names are found by some of their letters.
import { expect, test } from "bun:test";
import { rank, score } from "../../../src/tui/palette/rank.ts";

const order = (query: string, names: readonly string[], recent: readonly string[] = []) =>
  rank(query, names, { nameOf: (name) => name, recent });

test("letters fit in their order, and nothing else does", () => {
  expect(order("mdl", ["model", "mode", "lmd"])).toEqual(["model"]);
  expect(order("MODEL", ["model"])).toEqual(["model"]);
  expect(order("x", ["model"])).toEqual([]);
});

test("the whole name comes first, then beginnings, then where words begin, then letters in a row", () => {
  expect(order("log", ["dialogue", "logout", "log", "l-o-g", "a lot of g"])).toEqual([
    "log",
    "logout",
    "l-o-g",
    "a lot of g",
    "dialogue",
  ]);
  expect(order("fr", ["affair", "file_read"])).toEqual(["file_read", "affair"]);
  expect(order("gU", ["regulate", "getUsage"])).toEqual(["getUsage", "regulate"]);
});

test("of two that fit alike the shorter comes first, and what was used last before both", () => {
  expect(order("mo", ["models", "mode"])).toEqual(["mode", "models"]);
  expect(order("mo", ["mode", "models"], ["models"])).toEqual(["models", "mode"]);
  expect(order("", ["a", "b", "c"], ["c", "b"])).toEqual(["c", "b", "a"]);
});

test("the best place of a letter counts, not the first", () => {
  expect(score("ab", "xaxab")).toBeGreaterThan(score("ab", "xaxxb") ?? 0);
});

test("a name without an end costs no more than a bounded one", () => {
  expect(score("z".repeat(100_000), "z".repeat(100_000))).toBe(
    score("z".repeat(200), "z".repeat(200)),
  );
});
