// JSON from outside: refused before the parser sees it where it is too large or too deep.
import { describe, expect, test } from "bun:test";
import { bytesOf, nestingOf, parseJson } from "../../src/protocol/decode.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { MAX_JSON_DEPTH } from "../../src/protocol/limits.ts";

const codeOf = (text: string, limits?: Parameters<typeof parseJson>[1]): string => {
  try {
    parseJson(text, limits);
    return "taken";
  } catch (thrown) {
    return thrown instanceof JameyError ? thrown.code : String(thrown);
  }
};

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("JSON from outside", () => {
  test("is read as it is", () => {
    expect(parseJson('{"a":[1,{"b":"]}"}],"c":"\\"[[["}')).toEqual({
      a: [1, { b: "]}" }],
      c: '"[[[',
    });
  });

  test("may be as deep as the limit and no deeper", () => {
    expect(codeOf(nested(MAX_JSON_DEPTH))).toBe("taken");
    expect(codeOf(nested(MAX_JSON_DEPTH + 1))).toBe("invalid_request");
    expect(codeOf('{"a":{"a":{}}}', { maxDepth: 2 })).toBe("invalid_request");
  });

  test("is not counted as deep for brackets in its texts", () => {
    expect(codeOf(JSON.stringify("[".repeat(1_000)))).toBe("taken");
    expect(codeOf(JSON.stringify(`\\"${"[".repeat(1_000)}`))).toBe("taken");
  });

  test("is refused when it is cut, empty or no JSON", () => {
    const codes = ["", "{", '"', '"\\', "]]]][[[[", "undefined", "{'a':1}", "NaN"].map((text) =>
      codeOf(text),
    );
    expect(new Set(codes)).toEqual(new Set(["invalid_request"]));
  });

  test("is measured in bytes, not in characters", () => {
    const text = JSON.stringify("日".repeat(10));
    expect(codeOf(text, { maxBytes: 32 })).toBe("taken");
    expect(codeOf(text, { maxBytes: 31 })).toBe("too_large");
  });

  test("a hundred thousand brackets are refused without reading on", () => {
    expect(nestingOf("[".repeat(100_000), 128)).toBe(129);
    expect(codeOf("[".repeat(100_000))).toBe("invalid_request");
  });
});

test("bytes are those of UTF-8", () => {
  for (const text of ["", "abc", "é", "日本", "🤖", "a\u0000\u007f\u0080\u07ff\u0800\uffff🤖"]) {
    expect(bytesOf(text, 1_000)).toBe(new TextEncoder().encode(text).length);
  }
  expect(bytesOf("a".repeat(1_000), 10)).toBe(11);
});
