// Lines for the shell while they run: seen at once, stopped by a key, and ended by leaving, which is said before.
import { describe, expect, test } from "bun:test";
import {
  type PlayedInterface,
  playInterface,
  playSession,
  said,
  sessionOf,
} from "../../support/tui-whole.ts";

const tools = [{ name: "shell", description: "", parameters: {}, risk: "execute" as const }];
const error = {
  code: "unavailable" as const,
  message: "The connection ended.",
  details: {},
  retryable: true,
};
const result = { id: "run1", name: "shell", output: "y\n", success: true };

function enter(played: PlayedInterface, text: string): void {
  played.type(text);
  played.press("enter");
}

/** A conversation with a shell, in which these lines were entered. */
function running(...lines: string[]): PlayedInterface {
  const played = playSession([said("m1", "Hello")]);
  played.replied("ListTools", "root:tools", { tools });
  for (const each of lines) enter(played, each);
  played.effects();
  return played;
}

const stops = (played: PlayedInterface) =>
  played.effects().flatMap((effect) => (effect.type === "stop_line" ? [effect.purpose] : []));
const isLeft = (played: PlayedInterface) => played.effects().some(({ type }) => type === "quit");
const commands = ({ state }: PlayedInterface) => state.lines.map(({ command }) => command);

describe("a line that runs", () => {
  test("stands there at once, with its time, until it ends", () => {
    const played = running("! sleep 7; echo y");
    const atOnce = played.screen();
    played.give({ type: "tick", now: played.state.now + 3000 });
    const later = played.screen();
    played.replied("RunTool", "act:line:seed-1", { result, message_id: "m4" });
    expect([atOnce, later, played.screen()].map((screen) => /! sleep.*/.exec(screen)?.[0])).toEqual(
      [
        expect.stringMatching(/^! sleep 7; echo y +running 0\.0s$/),
        expect.stringMatching(/^! sleep 7; echo y +running 3\.0s$/),
        undefined,
      ] as never,
    );
  });

  test("is stopped by Escape, the newest first, and each once", () => {
    const played = running("! sleep 7", "! sleep 8");
    const hasHint = played.screen().includes("escape stop");
    played.press("escape");
    const first = stops(played);
    const isTold = /! sleep 8 +stopping/.test(played.screen());
    played.press("escape", "escape");
    expect([hasHint, first, isTold, stops(played)]).toEqual([
      true,
      ["act:line:seed-2"],
      true,
      ["act:line:seed-1"],
    ]);
    const failed = { type: "call_failed", command: "RunTool", error } as const;
    played.give({ ...failed, purpose: "act:line:seed-2" });
    expect([commands(played), played.screen().includes("Stopped: ! sleep 8")]).toEqual([
      ["sleep 7"],
      true,
    ]);
  });

  test("is stopped from the conversation, and by the key that else leaves", () => {
    const places = [["shift+tab", "escape"], ["ctrl+c"]].map((keys) => {
      const played = running("! sleep 7");
      played.press(...keys);
      return stops(played);
    });
    expect(places).toEqual([["act:line:seed-1"], ["act:line:seed-1"]]);
  });

  test("whose connection is lost goes, and why is said", () => {
    const played = running("! sleep 7");
    played.give({ type: "call_failed", command: "RunTool", purpose: "act:line:seed-1", error });
    expect([commands(played), played.screen().includes(error.message)]).toEqual([[], true]);
  });

  test("is shown in its own conversation alone", () => {
    const played = running("! sleep 7");
    enter(played, "/new");
    played.press("escape");
    expect([played.screen().includes("! sleep 7"), stops(played)]).toEqual([false, []]);
  });
});

describe("before there is a conversation", () => {
  function begun(): PlayedInterface {
    const played = playInterface();
    played.replied("ListTools", "root:tools", { tools });
    enter(played, "! sleep 7");
    enter(played, "! echo y");
    return played;
  }

  test("two lines begin one, and run in it", () => {
    const played = begun();
    expect([played.screen().includes("! sleep 7"), played.calls("CreateSession").length]).toEqual([
      true,
      1,
    ]);
    played.replied("CreateSession", "act:begin-line", { session: sessionOf([]) });
    expect(played.calls("RunTool").map(({ purpose, params }) => [purpose, params])).toEqual([
      ["act:line:seed-1", { session_id: "s1", name: "shell", args: { command: "sleep 7" } }],
      ["act:line:seed-2", { session_id: "s1", name: "shell", args: { command: "echo y" } }],
    ] as never);
  });

  test("a line that is stopped never runs, and none does where it cannot begin", () => {
    const played = begun();
    played.press("escape");
    expect(commands(played)).toEqual(["sleep 7"]);
    const failed = { type: "call_failed", command: "CreateSession", error } as const;
    played.give({ ...failed, purpose: "act:begin-line" });
    expect([commands(played), played.screen().includes(error.message)]).toEqual([[], true]);
  });
});

describe("leaving", () => {
  test("asks once while a line runs, and says that it ends", () => {
    const played = running("! sleep 6");
    played.press("ctrl+d");
    const said = "Press the same key again to leave. ! sleep 6 ends with it.";
    expect([isLeft(played), played.screen().includes(said)]).toEqual([false, true]);
    played.press("ctrl+d");
    expect(isLeft(played)).toBe(true);
  });

  test("begins anew with another key, and asks nothing where no line runs", () => {
    const played = running("! sleep 6");
    played.press("ctrl+d", "f1", "f1", "ctrl+d");
    const asked = isLeft(played);
    played.replied("RunTool", "act:line:seed-1", { result, message_id: "m4" });
    played.press("f1", "f1", "ctrl+d");
    expect([asked, isLeft(played)]).toEqual([false, true]);
  });

  test("counts them where there are several, also those of other conversations", () => {
    const played = running("! sleep 6", "! sleep 7");
    enter(played, "/new");
    played.press("ctrl+c");
    expect(played.screen()).toContain(
      "Press the same key again to leave. 2 lines with ! end with it.",
    );
  });
});
