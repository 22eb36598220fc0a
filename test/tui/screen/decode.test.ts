// Bytes of a terminal → inputs, and that no cut of them changes what comes out.
import { describe, expect, test } from "bun:test";
import { decode, freshDecoding, settle } from "../../../src/tui/screen/decode.ts";
import type { Decoded } from "../../../src/tui/screen/decoded.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function read(...pieces: Uint8Array[]): readonly Decoded[] {
  let state = freshDecoding;
  const all: Decoded[] = [];
  for (const piece of pieces) {
    const result = decode(state, piece);
    state = result.state;
    all.push(...result.inputs);
  }
  return all;
}

const key = (name: string, text = ""): Decoded => ({ type: "key", key: { name, text } });
const at = (column: number, row: number) => ({ column, row });

const meanings: Record<string, readonly Decoded[]> = {
  a: [key("a", "a")],
  é: [key("é", "é")],
  "😀": [key("😀", "😀")],
  日本: [key("日", "日"), key("本", "本")],
  " ": [key("space", " ")],
  "\r": [key("enter")],
  "\n": [key("ctrl+j")],
  "\t": [key("tab")],
  "\u007f": [key("backspace")],
  "\b": [key("ctrl+h")],
  "\u0000": [key("ctrl+space")],
  "\u0003": [key("ctrl+c")],
  "\u001f": [key("ctrl+_")],
  "\u001bb": [key("alt+b")],
  "\u001bé": [key("alt+é")],
  "\u001b\r": [key("alt+enter")],
  "\u001b\u007f": [key("alt+backspace")],
  "\u001b[A": [key("up")],
  "\u001bOB": [key("down")],
  "\u001b[1;5C": [key("ctrl+right")],
  "\u001b[1;3D": [key("alt+left")],
  "\u001b\u001b[D": [key("alt+left")],
  "\u001b\u001bx": [key("escape"), key("alt+x")],
  "\u001b[H": [key("home")],
  "\u001b[4~": [key("end")],
  "\u001b[3~": [key("delete")],
  "\u001b[3;5~": [key("ctrl+delete")],
  "\u001b[5~\u001b[6~": [key("pageup"), key("pagedown")],
  "\u001bOP\u001b[15~\u001b[[C": [key("f1"), key("f5"), key("f3")],
  "\u001b[Z": [key("shift+tab")],
  "\u001b[13;2u": [key("shift+enter")],
  "\u001b[13;2:1u\u001b[13;2:3u": [key("shift+enter")],
  "\u001b[112;5u": [key("ctrl+p")],
  "\u001b[27u": [key("escape")],
  "\u001b[27;2;13~": [key("shift+enter")],
  "\u001b[27;5;9~": [key("ctrl+tab")],
  "\u001b[57414u": [key("enter")],
  "\u001b[I\u001b[O": [
    { type: "focus", isFocused: true },
    { type: "focus", isFocused: false },
  ],
  "\u001b[<0;5;7M\u001b[<0;5;7m": [
    { type: "mouse", action: "press", at: at(4, 6) },
    { type: "mouse", action: "release", at: at(4, 6) },
  ],
  "\u001b[<32;6;7M": [{ type: "mouse", action: "drag", at: at(5, 6) }],
  "\u001b[<64;150;7M\u001b[<65;150;7M": [
    { type: "mouse", action: "wheel_up", at: at(149, 6) },
    { type: "mouse", action: "wheel_down", at: at(149, 6) },
  ],
  "x\u001b[<65;1;1My": [
    key("x", "x"),
    { type: "mouse", action: "wheel_down", at: at(0, 0) },
    key("y", "y"),
  ],
  "\u001b[200~one\r\ntwo\rthree 日本\u001b[A\u001b[201~z": [
    { type: "paste", text: "one\ntwo\nthree 日本[A" },
    key("z", "z"),
  ],
  "\u001b[?62;22c": [{ type: "answer", about: "attributes" }],
  "\u001b[?1u": [{ type: "answer", about: "keyboard" }],
  "\u001b[?2026;2$y\u001b[?2026;0$y": [
    { type: "answer", about: "synchronised", isKnown: true },
    { type: "answer", about: "synchronised", isKnown: false },
  ],
  "\u001b]11;rgb:1e1e/1e1e/2e2e\u001b\\": [{ type: "answer", about: "background", isDark: true }],
  "\u001b]11;rgb:ff/ff/ff\u0007": [{ type: "answer", about: "background", isDark: false }],
  // Nobody's business: swallowed whole.
  "\u001b[99;99x": [],
  "\u001b[>0;276;0c": [],
  "\u001b]52;c;aGk=\u0007": [],
  "\u001bP1$r0m\u001b\\k": [key("k", "k")],
};

describe("bytes of a terminal", () => {
  test.each(Object.entries(meanings))("%j means what it should", (text, inputs) => {
    expect(read(bytesOf(text))).toEqual([...inputs]);
  });

  test.each(Object.entries(meanings))("%j means it byte by byte, too", (text, inputs) => {
    expect(read(...[...bytesOf(text)].map((byte) => Uint8Array.of(byte)))).toEqual([...inputs]);
  });

  test("however a long stream is cut, the same inputs come out", () => {
    const whole = bytesOf(Object.keys(meanings).join(""));
    const expected = read(whole);
    // A generator of our own, so that a failure can be repeated.
    let seed = 20_261_121;
    const random = (most: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % most;
    };
    for (let round = 0; round < 300; round += 1) {
      const pieces: Uint8Array[] = [];
      for (let from = 0; from < whole.length; ) {
        const to = from + 1 + random(9);
        pieces.push(whole.subarray(from, to));
        from = to;
      }
      expect(read(...pieces)).toEqual([...expected]);
    }
  });

  test("whatever bytes come, nothing throws, and no control character is typed", () => {
    let seed = 7;
    for (let round = 0; round < 2000; round += 1) {
      const bytes = Uint8Array.from({ length: 24 }, () => {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        return seed % 3 === 0 ? (0x1b + (seed % 97)) & 0xff : (seed >> 8) & 0xff;
      });
      for (const input of read(bytes)) {
        if (input.type === "key") expect(input.key.text).not.toMatch(/\p{Cc}/u);
      }
    }
  });
});

describe("an Escape with nothing behind it", () => {
  test("is the key, once a moment has passed", () => {
    const { state } = decode(freshDecoding, bytesOf("\u001b"));
    expect(settle(state)).toEqual({ state: freshDecoding, inputs: [key("escape")] });
  });

  test("pressed twice is two keys", () => {
    const { state } = decode(freshDecoding, bytesOf("\u001b\u001b"));
    expect(settle(state).inputs).toEqual([key("escape"), key("escape")]);
  });

  test("that begins a sequence is waited for, then dropped: its letters are not typed", () => {
    const cut = decode(freshDecoding, bytesOf("\u001b[1;5")).state;
    const waited = settle(cut);
    expect(waited).toEqual({ state: { ...cut, isLate: true }, inputs: [] });
    expect(decode(waited.state, bytesOf("C")).inputs).toEqual([key("ctrl+right")]);
    expect(settle(waited.state)).toEqual({ state: freshDecoding, inputs: [] });
  });

  test("in a paste whose end never comes loses nothing of it", () => {
    const cut = decode(freshDecoding, bytesOf("\u001b[200~half")).state;
    expect(settle(settle(cut).state)).toEqual({
      state: freshDecoding,
      inputs: [{ type: "paste", text: "half" }],
    });
  });
});
