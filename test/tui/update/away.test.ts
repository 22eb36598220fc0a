// A daemon that is away: what the screen says of it, and when it is back.

import { describe, expect, test } from "bun:test";
import { JameyError } from "../../../src/protocol/errors.ts";
import { PROTOCOL_VERSION } from "../../../src/protocol/version.ts";
import { now } from "../../support/tui-frames.ts";
import { playSession, said } from "../../support/tui-whole.ts";

const lost = { type: "link", state: { type: "lost", reason: "it went" } } as const;
const hello = {
  type: "hello",
  protocol_version: PROTOCOL_VERSION,
  version: "1",
  environment: "default",
  journal_id: "j",
  caller: "ada",
  seq: 1,
} as const;
const restored = { type: "link", state: { type: "restored", hello } } as const;

const signs = ["⇄ Reconnecting...", "The daemon is away", "The connection is back."];

describe("a connection", () => {
  test("that is lost and back says both, and for a while only", () => {
    const played = playSession([said("m1", "begin")]);
    const shown = () => signs.map((sign) => played.screen().includes(sign));
    played.give(lost);
    const away = shown();
    played.give(restored);
    const back = shown();
    for (const at of [now + 1, now + 10_000]) played.give({ type: "tick", now: at });
    expect([away, back, shown()]).toEqual([
      [true, true, false],
      [false, false, true],
      [false, false, false],
    ]);
  });

  test("that comes back asks for everything again", () => {
    const played = playSession([said("m1", "begin")]);
    played.give(lost);
    played.effects();
    played.give(restored);
    const asked = played.effects().flatMap((one) => (one.type === "call" ? [one.command] : []));
    expect(asked).toContain("ListPendingRequests");
    expect(asked).toContain("ListPOs");
  });

  test("that is gone for good says why, tries nothing, and one key leaves", () => {
    const played = playSession([said("m1", "begin")]);
    played.give(lost);
    const error = new JameyError("version_mismatch", "The daemon is of another version");
    played.give({ type: "link", state: { type: "gone", error } });
    expect(played.screen()).toContain("⇄ The daemon is of another version. ctrl+c leaves");
    expect(played.screen()).toContain("⇄ no daemon");
    expect(played.screen()).not.toContain("Reconnecting");
    played.effects();
    played.press("ctrl+c", "ctrl+c");
    expect(played.effects().map(({ type }) => type)).toContain("quit");
  });
});
