// A part of an id is enough where it fits one only.
import { expect, test } from "bun:test";
import { pickById } from "../../src/cli/input/find-id.ts";

const ids = ["ask_0018f3c1_aa17", "ask_0018f3c1_bb29", "ask_0018f3c1"];
const pick = (text: string) => pickById(ids, text, { idOf: (id) => id, what: "requests" });

test("the whole of an id, its beginning, its end, or any part of four and more", () => {
  expect([
    pick("ask_0018f3c1"),
    pick("ask_0018f3c1_a"),
    pick("aa17"),
    pick("_bb2"),
    pick("aa1"),
    pick(""),
    pick("zzzz"),
  ]).toEqual([
    "ask_0018f3c1",
    "ask_0018f3c1_aa17",
    "ask_0018f3c1_aa17",
    "ask_0018f3c1_bb29",
    undefined,
    undefined,
    undefined,
  ]);
});

test("what fits several is refused, and they are named", () => {
  expect(() => pick("18f3")).toThrow(
    "'18f3' fits 3 requests: ask_0018f3c1_aa17, ask_0018f3c1_bb29, ask_0018f3c1. Give more of it.",
  );
});
