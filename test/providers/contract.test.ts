// One contract for every API, through the vendor's real SDK: recorded answers give the same parts
// however their bytes are cut, and an answer that is cut short is an error and never a success.
import { describe, expect, test } from "bun:test";
import { answerIn, answersOf, bytesOf, endings, errorOf, partsFrom, rows } from "./support.ts";

/** Offsets of cuts in longer answers; a prime, so that they fall everywhere in a line. */
const STRIDE = 41;

const isWhole = (parts: unknown, whole: unknown) => Bun.deepEquals(parts, whole);

describe.each(rows)("$name", (row) => {
  for (const answer of answersOf(row)) {
    test(`the answer '${answer.name}' gives its parts, whole, byte by byte and cut in two`, async () => {
      expect(await partsFrom(row, answerIn(row, [answer.bytes]))).toEqual(answer.parts);
      const single = Array.from(answer.bytes, (byte) => Uint8Array.of(byte));
      expect(await partsFrom(row, answerIn(row, single))).toEqual(answer.parts);
      // The short text with characters of two, three and four bytes is cut everywhere.
      const stride = answer.name === "text" ? 1 : STRIDE;
      for (let at = 1; at < answer.bytes.length; at += stride) {
        const pieces = [answer.bytes.slice(0, at), answer.bytes.slice(at)];
        const parts = await partsFrom(row, answerIn(row, pieces));
        if (!isWhole(parts, answer.parts))
          expect({ at, parts }).toEqual({ at, parts: answer.parts });
      }
    });

    test(`the answer '${answer.name}' ends once: in an error wherever it is cut short`, async () => {
      for (
        let length = 0;
        length < answer.bytes.length;
        length += answer.name === "text" ? 3 : STRIDE
      ) {
        const breaks = length % 2 === 0;
        const parts = await partsFrom(row, answerIn(row, [answer.bytes.slice(0, length)], breaks));
        expect(endings(parts)).toBe(1);
        // What follows the finish reason, a usage or a closing mark, may be missing.
        const withoutUsage = answer.parts.filter((part: { type: string }) => part.type !== "usage");
        if (parts.at(-1)?.type === "end") {
          expect(parts.filter((part) => part.type !== "usage")).toEqual(withoutUsage);
        } else expect(errorOf(parts).retryable).toBe(true);
        if (parts.at(-1)?.type === "error") {
          expect(parts.filter((part) => part.type === "tool_call")).toEqual([]);
        }
      }
    });
  }

  test.each([
    ["an empty body", ""],
    ["a web page", "<!doctype html><html><body>Login</body></html>"],
    ["words", "upstream connect error\n\n"],
    ["malformed JSON", 'data: {"choices": [\n\nevent: x\ndata: {"type"\n\n{"message":\n'],
    ["JSON of another kind", 'event: x\ndata: {"a":1}\n\n'],
    ["JSON that is no object", "event: x\ndata: 7\n\ndata: null\n\n[]\n"],
  ])("%s is provider_bad_stream", async (_, body) => {
    const error = errorOf(await partsFrom(row, answerIn(row, [bytesOf(body)])));
    expect([error.code, error.retryable]).toEqual(["provider_bad_stream", true]);
  });
});
