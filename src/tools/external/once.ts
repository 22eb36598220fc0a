// A tool that is a program, run anew for each call: JSON in, stdout out.
// Rules: 1. The arguments are one JSON text: the last argument, or stdin. 2. What is too large for an argument
//           comes on stdin, and the argument is `-`. 3. stdout is the output as it is; stderr is shown where the
//           program failed. 4. When the call ends nothing of it runs on, but for what left its process group, cleared its environment
//           and closed what it was started with: nothing tells any more whose that is. On other systems than Linux
//           leaving the group is enough where the program ended by itself.
import type { ProcessExit } from "../../core/world.ts";
import type { Json } from "../../protocol/messages.ts";
import type { RunContext, RunResult } from "../define.ts";
import { createTail } from "./lines.ts";

/** Below what the system takes as one argument (128 KiB on Linux). */
export const MAX_ARGUMENT_BYTES = 100_000;

export interface Program {
  /** Absolute paths where files are meant. */
  argv: readonly [string, ...string[]];
  /** Beside those that every call's processes get. */
  variables: Record<string, string>;
  input: "argument" | "stdin";
}

export async function runOnce(
  program: Program,
  args: Json,
  context: RunContext,
): Promise<RunResult> {
  const text = JSON.stringify(args);
  const bytes = new TextEncoder().encode(text);
  const isArgument = program.input === "argument";
  const isSmall = bytes.length <= MAX_ARGUMENT_BYTES;
  const started = context.world.processes.open({
    argv: isArgument ? [...program.argv, isSmall ? text : "-"] : program.argv,
    folder: context.workspace,
    variables: { ...context.child_variables, ...program.variables },
  });
  if (!started.ok) return { success: false, output: started.problem };
  const running = started.value;
  const stop = () => void running.end();
  context.signal.addEventListener("abort", stop, { once: true });
  // An abort may have come while the process was started.
  if (context.signal.aborted) stop();
  const errors = createTail();
  try {
    const reading = Promise.all([
      readAll(running.output, context),
      errors.read(running.errors, context.emit),
    ]);
    // Who does not read its input is not waited for.
    const writing = isArgument && isSmall ? Promise.resolve(true) : running.write(bytes);
    void writing.then(running.closeInput);
    const exit = await running.exited;
    await running.end();
    await reading;
    return resultOf(exit, errors.text());
  } finally {
    context.signal.removeEventListener("abort", stop);
  }
}

async function readAll(output: AsyncIterable<Uint8Array>, context: RunContext): Promise<void> {
  for await (const chunk of output) await context.write(chunk);
}

function resultOf(exit: ProcessExit, errors: string): RunResult {
  if (exit.code === 0) return { success: true };
  const note = exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
  return { success: false, output: errors === "" ? "" : `\n[stderr]\n${errors}`, note };
}
