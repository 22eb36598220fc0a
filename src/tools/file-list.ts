// The tool that lists a folder, or finds files by the pattern of their path.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import { defineTool, type RunContext, type RunResult } from "./define.ts";
import { grouped, type OutputLimits } from "./output.ts";
import { globMatcher } from "./pattern/glob.ts";
import { readablePlace, subjectOf } from "./place.ts";

const MAX_LISTED = 1000;
/** Entries that one call looks at. */
const MAX_ENTRIES = 200_000;
const MAX_DEPTH = 64;
const TIMEOUT_MS = 20_000;
/** Folders that are named but not entered. */
export const SKIPPED_FOLDERS: readonly string[] = [".git", "node_modules"];

const input = z.strictObject({
  path: z.string().min(1).default(".").describe("Folder. Default: the workspace."),
  glob: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Lists everything beneath the folder that matches, such as **/*.ts or *.{md,txt}."),
  all: z.boolean().default(false).describe("Also look into .git and node_modules."),
});

export function fileListTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "file_list",
      description:
        `Lists a folder of the workspace, or with glob everything beneath it that matches; at most ` +
        `${grouped(MAX_LISTED)} names. Folders end with /, links with @. A glob without / matches names.`,
      input,
      risk: "read",
      replay: "safe",
      timeoutMs: () => TIMEOUT_MS,
      subject: async (args, context) =>
        await subjectOf(context, readablePlace(context, args.path), "read"),
      run: listFolder,
    },
    limits,
  );
}

async function listFolder(args: z.output<typeof input>, context: RunContext): Promise<RunResult> {
  const matcher = args.glob === undefined ? undefined : globMatcher(args.glob);
  if (matcher?.ok === false) return { success: false, output: `glob: ${matcher.problem}` };
  const walked = await context.world.files.walk(readablePlace(context, args.path), {
    max_depth: matcher === undefined ? 1 : MAX_DEPTH,
    skip: args.all ? [] : SKIPPED_FOLDERS,
    max_entries: MAX_ENTRIES,
    signal: context.signal,
  });
  if (!walked.ok) return { success: false, output: walked.problem };
  const names: string[] = [];
  let note: string | undefined;
  for await (const entry of walked.value) {
    if (entry.kind === "more") {
      note = `stopped after looking at ${grouped(MAX_ENTRIES)} entries`;
    } else if (entry.kind === "unreadable") {
      names.push(`${entry.path}/ (may not be read)`);
    } else if (matcher === undefined || matcher.value(entry.path)) {
      if (names.length === MAX_LISTED) {
        note = `the first ${grouped(MAX_LISTED)}; there are more: name a deeper folder or a narrower glob`;
        break;
      }
      const end = { directory: "/", link: "@", other: " (not a file)", file: "" }[entry.kind];
      names.push(`${entry.path}${end}`);
    }
  }
  if (context.signal.aborted) return { success: false, output: names.join("\n") };
  if (names.length === 0)
    note ??= matcher === undefined ? "the folder is empty" : "nothing matches";
  return { success: true, output: names.join("\n"), ...(note === undefined ? {} : { note }) };
}
