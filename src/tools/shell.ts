// The tool that runs a command line: bash where there is one, else sh, in a process group of its
// own.
// Rule: when the call ends nothing of it runs on, background jobs included: all but what leaves its group, clears its
//       environment and closes what it was given (world/held.ts).
import { z } from "zod";
import type { Tool, ToolContext } from "../core/tool.ts";
import type { Attempt, ProcessExit } from "../core/world.ts";
import { defineTool, type RunContext, type RunResult } from "./define.ts";
import type { OutputLimits } from "./output.ts";

const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_TIMEOUT_MS = 600_000;
/** Below what the system takes as one argument (128 KiB on Linux). */
const MAX_COMMAND_BYTES = 100_000;

const input = z.strictObject({
  command: z
    .string()
    .min(1)
    .refine((text) => !text.includes("\0"), "must not hold a NUL character")
    .refine((text) => Buffer.byteLength(text) <= MAX_COMMAND_BYTES, {
      message: `must not be longer than ${MAX_COMMAND_BYTES} bytes; write a script file and run it`,
    })
    .describe("The command line."),
  cwd: z
    .string()
    .default(".")
    .describe("Folder to run in, beneath the workspace. Default: the workspace."),
  timeout_ms: z
    .number()
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .default(DEFAULT_TIMEOUT_MS)
    .describe(`Milliseconds after which it is stopped; at most ${MAX_TIMEOUT_MS}.`),
});

export function shellTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "shell",
      description:
        "Runs a command line with bash (sh where there is no bash) in the workspace. Gives stdout and stderr " +
        "as they came, and the exit code. There is no input and no terminal; background processes end " +
        "with the call. Each call is a new shell.",
      input,
      risk: "execute",
      replay: "never",
      timeoutMs: (args) => args.timeout_ms,
      subject: async (args, context) => {
        const folder = await findFolder(args.cwd, context);
        return folder.ok ? { ok: true, value: lineFor(args.command, folder.value) } : folder;
      },
      bareSubject: ({ command }) => command,
      run: async (args, context) => {
        const folder = await findFolder(args.cwd, context);
        if (!folder.ok) return { success: false, output: folder.problem };
        const { path } = folder.value;
        const whole = path === "." ? context.workspace : `${context.workspace}/${path}`;
        return await runCommand(args.command, whole, context);
      },
    },
    limits,
  );
}

/** What the call is about, as one line that does the same: in another folder it is another command. */
function lineFor(command: string, { path }: { path: string }): string {
  if (path === ".") return command;
  const isPlain = /^[\p{L}\p{N}_./][\p{L}\p{N}_./-]*$/u.test(path);
  return `cd ${isPlain ? path : `'${path.replaceAll("'", "'\\''")}'`} && ${command}`;
}

/** Relative to the workspace, without links. */
async function findFolder(cwd: string, context: ToolContext): Promise<Attempt<{ path: string }>> {
  const found = await context.world.files.resolve({ root: context.workspace, path: cwd }, "read");
  if (!found.ok) return found;
  const { path, kind } = found.value;
  if (kind !== "directory") {
    return { ok: false, problem: `cwd: ${path} is not a folder of ${context.workspace}` };
  }
  return { ok: true, value: { path } };
}

async function runCommand(
  command: string,
  folder: string,
  context: RunContext,
): Promise<RunResult> {
  const { processes } = context.world;
  const started = processes.start({
    // One pipe for both outputs keeps their order. A first line that is no valid shell never gets
    // there, and its complaint comes through stderr.
    argv: [...processes.shell, "-c", `exec 2>&1; ${command}`],
    folder,
    variables: context.child_variables,
  });
  if (!started.ok) return { success: false, output: started.problem };
  const running = started.value;
  const stop = () => void running.end();
  context.signal.addEventListener("abort", stop, { once: true });
  // An abort may have come while the process was started.
  if (context.signal.aborted) stop();
  try {
    const reading = readAll(running.output, context);
    const exit = await running.exited;
    await running.end();
    await reading;
    return { success: exit.code === 0, note: noteOf(exit) };
  } finally {
    context.signal.removeEventListener("abort", stop);
  }
}

async function readAll(output: AsyncIterable<Uint8Array>, context: RunContext): Promise<void> {
  for await (const chunk of output) await context.write(chunk);
}

function noteOf(exit: ProcessExit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
}
