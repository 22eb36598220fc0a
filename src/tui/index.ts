// The full-screen interface: put together, run until it ends, and the terminal given back as it was.
import type { Link } from "../client/link.ts";
import type { SignalName } from "../protocol/signals.ts";
import type { InterfaceEnding, InterfaceOptions } from "../terminal/interface.ts";
import type { ReadBindings } from "./palette/bindings.ts";
import { readBindingsFile } from "./run/bindings-file.ts";
import { watchEnding } from "./run/ending.ts";
import { openKeptFiles } from "./run/kept-files.ts";
import { createLineRunner } from "./run/lines.ts";
import { type Loop, startLoop } from "./run/loop.ts";
import { modelOf } from "./run/model.ts";
import { pastOfBus } from "./run/past.ts";
import { createPerformer } from "./run/perform.ts";
import { STATUS_COMMAND, type StatusCommand, startStatusCommand } from "./run/status-command.ts";
import { openScreen } from "./screen/open-screen.ts";
import type { Input, TerminalInput } from "./shapes.ts";
import { unsent as unsentOf } from "./state-questions.ts";

const SIGNALS = [
  "TextDelta",
  "ReasoningDelta",
  "ToolOutputDelta",
] as const satisfies readonly SignalName[];

export async function runInterface(options: InterfaceOptions): Promise<InterfaceEnding> {
  if (options.isPlain) return await (await import("./plain/index.ts")).runPlain(options);
  const early: Input[] = [];
  let loop: Loop<{ session_id: string | null }> | undefined;
  const take = (input: Input) => {
    if (loop) loop.take([input]);
    else early.push(input);
  };
  const link = await options.openLink((state) => take({ type: "link", state }));
  try {
    // Files are read while the daemon answers.
    const [chosen, bindings, kept] = await Promise.all([
      options.choose(link),
      readBindingsFile(options.config),
      openKeptFiles(options.folder, (text) => take({ type: "trouble", text })),
    ]);
    return await runOn({
      ...options,
      bindings,
      link,
      chosen,
      kept,
      take,
      early,
      started: (made) => (loop = made),
    });
  } finally {
    link.close();
  }
}

interface Running extends InterfaceOptions {
  bindings: ReadBindings;
  link: Link;
  chosen: { session_id: string | null; po_name: string | null };
  kept: Awaited<ReturnType<typeof openKeptFiles>>;
  take(input: Input): void;
  /** Inputs that came before there was a loop. */
  early: readonly Input[];
  started(loop: Loop<{ session_id: string | null }>): void;
}

async function runOn(running: Running): Promise<InterfaceEnding> {
  const { link, kept, variables, directory, take } = running;
  const onStop = () => perform({ type: "suspend" });
  const ending = watchEnding(onStop, () => screen.goOn());
  const { stdin, stdout } = process;
  const screen = openScreen({
    stdin,
    stdout,
    variables,
    theme: running.theme,
    hasColour: running.hasColour,
    hasMouse: running.hasMouse,
    onInputs: (inputs: readonly TerminalInput[]) => loop.typed(inputs),
    onStale: () => loop.redraw(),
    onEnd: () => ending.end({ type: "signal", name: "SIGHUP" }),
  });
  const loop = startLoop({
    model: modelOf(running, { size: screen.size(), seed: crypto.randomUUID(), now: Date.now() }),
    size: screen.size,
    draw: screen.draw,
    perform: (effect) => perform(effect),
    now: () => performance.now(),
    onCrash: ending.crash,
  });
  const status = statusCommandOf(running);
  const lines = createLineRunner(() => running.openLink(() => undefined));
  const perform = createPerformer({
    link,
    lines,
    screen,
    kept,
    status,
    variables,
    directory,
    take,
    redraw: loop.redraw,
    quit: (resume) => ending.end({ type: "quit", resume }),
    stop: ending.stopUntilContinued,
    lend: ending.lend,
    waitForKey: () => waitForKey(stdin),
  });
  running.started(loop);
  try {
    loop.typed([{ type: "resize", size: screen.size() }]);
    loop.take(running.early);
    void follow(running, loop, ending.crash);
    const ended = await ending.ended;
    const resume = ended.type === "quit" ? ended.resume : loop.state().session_id;
    loop.stop();
    await kept.written();
    // A terminal that has stopped reading is told nothing more: that would wait for it.
    const unsent = unsentOf(loop.state()).length;
    return { ...ended, resume: (await screen.close()) ? resume : null, unsent };
  } finally {
    lines.stopAll();
    status?.stop();
    loop.stop();
    await screen.close();
    ending.stop();
  }
}

function statusCommandOf(running: Running): StatusCommand | null {
  const { variables, directory, isMotionReduced, take } = running;
  const command = variables[STATUS_COMMAND]?.trim() ?? "";
  if (command === "") return null;
  return startStatusCommand({
    command,
    directory,
    variables,
    isMotionReduced,
    says: (text) => take({ type: "status", text }),
    fails: (text) => take({ type: "trouble", text }),
  });
}

/** Everything that happens, and what is being written: one stream, so that their order holds. */
async function follow(
  { link }: Running,
  loop: Loop<unknown>,
  crash: (thrown: unknown) => void,
): Promise<void> {
  const asked = { event_types: [], signal_types: [...SIGNALS], session_id: null };
  try {
    const { seq, journal_id } = link.hello;
    await loop.arrived(await pastOfBus(link));
    await link.follow({ ...asked, after: seq, journal_id }, loop.arrived);
  } catch (thrown) {
    crash(thrown);
  }
}

/** A line, as the terminal gives it when it is not raw. */
async function waitForKey(stdin: NodeJS.ReadStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  stdin.once("data", done);
  stdin.once("end", done);
  stdin.resume();
  await promise;
  stdin.removeListener("end", done);
  stdin.pause();
}
