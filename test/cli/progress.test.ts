// The line that says what a turn waits for: what it names, when it is silent, and who erases it.
import { describe, expect, test } from "bun:test";
import { createContext } from "../../src/cli/context.ts";
import { type Arguments, readArguments } from "../../src/cli/input/arguments.ts";
import { createSteps, startProgress } from "../../src/cli/one-shot/progress.ts";
import { createOutput } from "../../src/cli/output/write-out.ts";
import { globalFlags } from "../../src/cli/table/flags.ts";
import type { TypedEvent } from "../../src/client/events.ts";
import type { TurnFrame } from "../../src/client/run.ts";
import type { SignalFrame } from "../../src/protocol/frames.ts";
import { textSignal } from "../support/fake-daemon.ts";

// Only the fields that a step is made of.
const event = (event_type: string, payload: object = {}): TurnFrame => ({
  type: "event",
  event: { event_type, payload } as TypedEvent,
});
const ESC = "\u001b";
const BUSY = `${ESC}]9;4;3;0\u0007`;
const IDLE = `${ESC}]9;4;0;0\u0007`;
const text: TurnFrame = { type: "signal", signal: textSignal(0, "a") as SignalFrame };
const call = (id: string) =>
  event("ToolCallStarted", { tool_call: { id, name: "shell", args: { command: `du ${id}` } } });

describe("a step", () => {
  const show = (...frames: TurnFrame[]) => {
    return showOn(false, ...frames);
  };
  const showOn = (isLineFree: boolean, ...frames: TurnFrame[]) => {
    const steps = createSteps({ isLineFree });
    return frames.map((frame) => {
      steps.take(frame);
      return steps.current()?.label;
    });
  };

  test("is a model that writes, where its text is drawn in whole lines", () => {
    expect(showOn(true, event("ModelCallStarted"), text, event("MessageAdded"))).toEqual([
      "thinking…",
      "writing…",
      undefined,
    ]);
  });

  test("is a model that thinks, until it says something", () => {
    const started = event("ModelCallStarted");
    expect(
      show(started, text, started, event("MessageAdded"), started, event("TurnFailed")),
    ).toEqual(["thinking…", undefined, "thinking…", undefined, "thinking…", undefined]);
  });

  test("is the latest of the tools that run", () => {
    const ended = (call_id: string) => event("ToolCallCompleted", { call_id });
    expect(show(call("a"), call("b"), ended("b"), ended("a"))).toEqual([
      "▸ shell du a",
      "▸ shell du b",
      "▸ shell du a",
      undefined,
    ]);
  });

  test("is not shown while somebody is asked", () => {
    const ids = { request_id: "r1" };
    expect(
      show(call("a"), event("HumanRequestQueued", ids), event("HumanRequestResponded", ids)),
    ).toEqual(["▸ shell du a", undefined, "▸ shell du a"]);
  });
});

describe("the line", () => {
  function open(options: {
    raw?: string[];
    variables?: Record<string, string>;
    isTerminal?: boolean;
    hasColour?: boolean;
  }) {
    const { raw = [], variables = {}, isTerminal = true, hasColour = true } = options;
    const given: Arguments = readArguments(globalFlags, raw);
    let written = "";
    const shown = Promise.withResolvers<void>();
    const sink = {
      async write(piece: string) {
        written += piece;
        if (piece.includes("thinking…")) shown.resolve();
      },
    };
    const output = createOutput({ sink, name: "stderr", isTerminal, hasColour });
    const host = {
      program: [],
      variables: { TERM: "xterm", ...variables },
      directory: "/",
      serve: async () => 0,
      openInterface: () => Promise.reject(new Error("no interface here")),
      upkeep: () => Promise.reject(new Error("no upkeep here")),
      environments: () => Promise.reject(new Error("no environments here")),
      trials: () => Promise.reject(new Error("no trials here")),
      toolChecks: () => Promise.reject(new Error("no checks here")),
    };
    const context = createContext({ host, arguments: given, out: output, err: output });
    return { context, progress: startProgress(context), shown, written: () => written };
  }

  const secondsIn = (text: string) => /\d+(?= s,)/.exec(text)?.[0] ?? "";

  test("is erased by whatever is written next, and by the end", async () => {
    const { progress, shown, written } = open({});
    progress.take(event("ModelCallStarted"));
    await shown.promise;
    const line = written().replace(BUSY, "");
    expect(line).toBe(
      `\r${ESC}[?7l${ESC}[2mthinking… ${secondsIn(line)} s, Ctrl-C cancels${ESC}[22m${ESC}[K${ESC}[?7h`,
    );
    await progress.context.out.write("answer");
    await progress.stop();
    expect(written()).toBe(`${BUSY}${line}\r${ESC}[Kanswer${IDLE}`);
  });

  test("is drawn and erased without any escape sequence where there are no colours", async () => {
    const { progress, shown, written } = open({ hasColour: false });
    progress.take(event("ModelCallStarted"));
    await shown.promise;
    const line = written();
    await progress.context.out.write("answer");
    await progress.stop();
    const text = `thinking… ${secondsIn(line)} s, Ctrl-C cancels`;
    expect(written()).toBe(`\r${text}\r${" ".repeat(text.length)}\ranswer`);
  });

  test("goes with the terminal's own mark for work, which is taken away at the end", async () => {
    const { progress, written } = open({});
    progress.take(event("ModelCallStarted"));
    progress.take(event("MessageAdded"));
    await progress.stop();
    expect(written()).toBe(BUSY + IDLE);
  });

  test("is none with -q, without a terminal, in an editor, or where nothing can be erased", async () => {
    const opened = [
      open({ raw: ["-q"] }),
      open({ isTerminal: false }),
      open({ variables: { TERM: "dumb" } }),
      open({ variables: { INSIDE_EMACS: "29.1" } }),
    ];
    // Nothing stands between the command and what it writes to.
    expect(opened.map(({ context, progress }) => progress.context === context)).toEqual(
      opened.map(() => true),
    );
  });
});
