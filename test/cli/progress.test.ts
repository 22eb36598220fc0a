// The line that says what a turn waits for: what it names, when it is silent, and who erases it.
import { describe, expect, test } from "bun:test";
import { type Arguments, readArguments } from "../../src/cli/arguments.ts";
import { createContext } from "../../src/cli/context.ts";
import { globalFlags } from "../../src/cli/flags.ts";
import { createSteps, startProgress } from "../../src/cli/progress.ts";
import { createOutput } from "../../src/cli/write-out.ts";
import type { TypedEvent } from "../../src/client/events.ts";
import type { TurnFrame } from "../../src/client/run.ts";
import type { SignalFrame } from "../../src/protocol/frames.ts";
import { textSignal } from "../support/fake-daemon.ts";

// Only the fields that a step is made of.
const event = (event_type: string, payload: object = {}): TurnFrame => ({
  type: "event",
  event: { event_type, payload } as TypedEvent,
});
const text: TurnFrame = { type: "signal", signal: textSignal(0, "a") as SignalFrame };
const call = (id: string) =>
  event("ToolCallStarted", { tool_call: { id, name: "shell", args: { command: `du ${id}` } } });

describe("a step", () => {
  const show = (...frames: TurnFrame[]) => {
    const steps = createSteps();
    return frames.map((frame) => {
      steps.take(frame);
      return steps.current()?.label;
    });
  };

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
  function open(options: { raw?: string[]; TERM?: string; isTerminal?: boolean }) {
    const { raw = [], TERM = "xterm", isTerminal = true } = options;
    const given: Arguments = readArguments(globalFlags, raw);
    let written = "";
    const shown = Promise.withResolvers<void>();
    const sink = {
      async write(piece: string) {
        written += piece;
        shown.resolve();
      },
    };
    const output = createOutput({ sink, name: "stderr", isTerminal, hasColour: false });
    const host = {
      program: [],
      variables: { TERM },
      directory: "/",
      serve: async () => 0,
    };
    const context = createContext({ host, arguments: given, out: output, err: output });
    return { context, progress: startProgress(context), shown, written: () => written };
  }

  test("is erased by whatever is written next, and by the end", async () => {
    const { progress, shown, written } = open({});
    progress.take(event("ModelCallStarted"));
    await shown.promise;
    const line = written();
    const [seconds = ""] = /\d+(?= s,)/.exec(line) ?? [];
    expect(line).toBe(`\r\u001b[?7lthinking… ${seconds} s, Ctrl-C cancels\u001b[K\u001b[?7h`);
    await progress.context.out.write("answer");
    await progress.stop();
    expect(written()).toBe(`${line}\r\u001b[Kanswer`);
  });

  test("is none with -q, without a terminal, or where nothing can be erased", async () => {
    const opened = [open({ raw: ["-q"] }), open({ isTerminal: false }), open({ TERM: "dumb" })];
    // Nothing stands between the command and what it writes to.
    expect(opened.map(({ context, progress }) => progress.context === context)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
