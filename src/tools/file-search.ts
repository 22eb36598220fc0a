// The tool that finds lines in files. Its patterns match in linear time and in slices, so that no
// pattern and no file holds up the daemon.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import type { Attempt, FileReader, Place } from "../core/world.ts";
import { defineTool, type RunContext, type RunResult } from "./define.ts";
import { SKIPPED_FOLDERS } from "./file-list.ts";
import { type Line, looksBinary, readLines } from "./lines.ts";
import { grouped, type OutputLimits } from "./output.ts";
import { globMatcher } from "./pattern/glob.ts";
import { createMatcher, type Matcher } from "./pattern/match.ts";
import { parsePattern } from "./pattern/parse.ts";
import { readablePlace, shownPath, subjectOf } from "./place.ts";

const DEFAULT_MATCHES = 200;
const MAX_MATCHES = 1000;
const MAX_ENTRIES = 200_000;
const MAX_DEPTH = 64;
const TIMEOUT_MS = 30_000;
/** UTF-16 units of a line that are searched, and of a match that are shown. */
const MAX_LINE_UNITS = 64 * 1024;
const MAX_SHOWN_UNITS = 300;
/** Matching pauses after this time, and looks at the clock after this many units. */
const SLICE_MS = 8;
const SLICE_UNITS = 512;

const input = z.strictObject({
  pattern: z.string().min(1).describe("Regular expression, matched line by line."),
  path: z.string().min(1).default(".").describe("File or folder. Default: the workspace."),
  glob: z.string().min(1).max(1000).optional().describe("Only files that match, such as *.ts."),
  literal: z.boolean().default(false).describe("The pattern is plain text."),
  ignore_case: z.boolean().default(false),
  limit: z
    .number()
    .int()
    .min(1)
    .max(MAX_MATCHES)
    .default(DEFAULT_MATCHES)
    .describe("Most matches."),
});

type Search = z.output<typeof input>;

export function fileSearchTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "file_search",
      description:
        "Finds lines in the files of the workspace by a regular expression (no references back, no looking " +
        "around) or plain text. Gives path:line:text. Leaves out binary files, .git and node_modules, and what may not be read.",
      input,
      risk: "read",
      replay: "safe",
      timeoutMs: () => TIMEOUT_MS,
      subject: async (args, context) =>
        await subjectOf(context, readablePlace(context, args.path), "read"),
      run: search,
    },
    limits,
  );
}

interface Finding {
  matcher: Matcher;
  context: RunContext;
  limit: number;
  found: string[];
  isFull: boolean;
  binaries: number;
  /** Files that rules keep from being read. */
  keptBack: number;
  /** Lines of which only the start was searched. */
  longLines: number;
  /** When the event loop was last given its turn. */
  pausedAt: number;
}

async function search(args: Search, context: RunContext): Promise<RunResult> {
  const source = args.literal ? args.pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : args.pattern;
  const pattern = parsePattern(source, { ignore_case: args.ignore_case });
  const matcher = pattern.ok ? createMatcher(pattern.value) : pattern;
  if (!matcher.ok) return { success: false, output: `pattern: ${matcher.problem}` };
  const finding: Finding = {
    matcher: matcher.value,
    context,
    limit: args.limit,
    found: [],
    isFull: false,
    binaries: 0,
    keptBack: 0,
    longLines: 0,
    pausedAt: context.world.monotonicMs(),
  };
  const problem = await searchPlace(args, finding);
  if (problem !== undefined) return { success: false, output: problem };
  const output = finding.found.join("\n");
  return { success: !context.signal.aborted, output, note: noteOf(finding) };
}

function noteOf({ found, isFull, binaries, keptBack, longLines }: Finding): string {
  const notes = [`${counted(found.length, "match", "es")}${isFull ? "; there are more" : ""}`];
  if (binaries > 0) notes.push(`${counted(binaries, "binary file")} left out`);
  if (keptBack > 0) notes.push(`${counted(keptBack, "file")} left out, which may not be read`);
  if (longLines > 0) {
    const end = grouped(MAX_LINE_UNITS);
    notes.push(`${counted(longLines, "long line")} searched only to character ${end}`);
  }
  return notes.join("; ");
}

function counted(count: number, noun: string, plural = "s"): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : plural}`;
}

/** Searches a file or what lies beneath a folder; a text says why it could not. */
async function searchPlace(args: Search, finding: Finding): Promise<string | undefined> {
  const { files } = finding.context.world;
  const place = readablePlace(finding.context, args.path);
  const resolved = await files.resolve(place, "read");
  if (!resolved.ok) return resolved.problem;
  if (resolved.value.kind !== "directory") {
    const opened = await files.open(place);
    if (!opened.ok) return opened.problem;
    await searchFile(opened, { place, path: resolved.value.path }, finding);
    return undefined;
  }
  const glob = args.glob === undefined ? undefined : globMatcher(args.glob);
  if (glob?.ok === false) return `glob: ${glob.problem}`;
  const walked = await files.walk(place, {
    max_depth: MAX_DEPTH,
    skip: SKIPPED_FOLDERS,
    max_entries: MAX_ENTRIES,
    signal: finding.context.signal,
  });
  if (!walked.ok) return walked.problem;
  const prefix = resolved.value.path === "." ? "" : `${resolved.value.path}/`;
  for await (const entry of walked.value) {
    if (entry.kind === "more") finding.isFull = true;
    if (entry.kind === "file" && (glob?.value(entry.path) ?? true)) {
      // A file that vanished or may not be read has nothing to be found in it.
      await searchFile(await entry.open(), { place, path: prefix + entry.path }, finding);
    }
    if (finding.isFull) break;
  }
  return undefined;
}

async function searchFile(
  opened: Attempt<FileReader>,
  { place, path }: { place: Place; path: string },
  finding: Finding,
): Promise<void> {
  if (!opened.ok) return;
  const file = opened.value;
  if (finding.context.isKeptBack?.(shownPath(finding.context, place, path))) {
    finding.keptBack += 1;
    return file.close();
  }
  let number = 0;
  try {
    for await (const batch of readLines(textOnly(file, finding), MAX_LINE_UNITS)) {
      for (const line of batch) {
        number += 1;
        if (line.cut > 0) finding.longLines += 1;
        const end = await matchEnd(line.text, finding);
        if (finding.context.signal.aborted) return;
        if (end === undefined) continue;
        if (finding.found.length === finding.limit) {
          finding.isFull = true;
          return;
        }
        finding.found.push(`${path}:${number}:${excerpt(line, end)}`);
      }
    }
  } finally {
    file.close();
  }
}

/** Nothing of a binary file. */
async function* textOnly(file: FileReader, finding: Finding): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of file.chunks()) {
    if (isFirst && looksBinary(chunk)) {
      finding.binaries += 1;
      return;
    }
    isFirst = false;
    yield chunk;
  }
}

/** About where the first match ends; undefined if the line does not match. */
async function matchEnd(text: string, finding: Finding): Promise<number | undefined> {
  const { matcher, context } = finding;
  let state = matcher.begin;
  for (let from = 0; from < text.length; ) {
    const isPairCut = (text.charCodeAt(from + SLICE_UNITS) & 0xfc00) === 0xdc00;
    const to = Math.min(text.length, from + SLICE_UNITS + (isPairCut ? 1 : 0));
    state = matcher.advance(state, text, from, to);
    if (matcher.isMatch(state)) return to;
    from = to;
    if (context.world.monotonicMs() - finding.pausedAt > SLICE_MS) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (context.signal.aborted) return undefined;
      finding.pausedAt = context.world.monotonicMs();
    }
  }
  return matcher.endsInMatch(state) ? text.length : undefined;
}

/** The line, or of a long one the part around the match. */
function excerpt({ text, cut }: Line, end: number): string {
  if (text.length <= MAX_SHOWN_UNITS && cut === 0) return text;
  const start = Math.max(0, Math.min(end, text.length) - SLICE_UNITS);
  const shown = text.slice(start, start + Math.max(MAX_SHOWN_UNITS, end - start));
  const hasMore = start + shown.length < text.length || cut > 0;
  return `${start > 0 ? "…" : ""}${shown}${hasMore ? "…" : ""}`;
}
