// The tool that reads a text file in pages. Lines come without numbers: what is read can be quoted
// to file_edit as it is.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import { defineTool, type RunContext, type RunResult } from "./define.ts";
import { type Line, looksBinary, readLines } from "./lines.ts";
import { grouped, type OutputLimits, outputLimits } from "./output.ts";
import { readablePlace, subjectOf } from "./place.ts";

const DEFAULT_LINES = 2000;
const MAX_LINES = 100_000;
/** UTF-16 units of one line that are shown. */
const MAX_LINE_UNITS = 4000;
/** Room for the closing note, so that a page is never cut in its middle. */
const NOTE_BYTES = 512;

const input = z.strictObject({
  path: z.string().min(1).describe("Relative to the workspace, or absolute inside it."),
  offset: z.number().int().min(1).default(1).describe("First line to read; the first is 1."),
  limit: z
    .number()
    .int()
    .min(1)
    .max(MAX_LINES)
    .default(DEFAULT_LINES)
    .describe("Most lines to read."),
});

export function fileReadTool(limits: OutputLimits = outputLimits): Tool {
  return defineTool(
    {
      name: "file_read",
      description:
        "Reads a text file of the workspace, as it is, without line numbers. A long file comes in pages: " +
        "the last line says how to go on.",
      input,
      risk: "read",
      replay: "safe",
      subject: async (args, context) =>
        await subjectOf(context, readablePlace(context, args.path), "read"),
      run: async (args, context) => {
        const room = limits.max_output_bytes - NOTE_BYTES;
        return await readPage(args, context, room);
      },
    },
    limits,
  );
}

async function readPage(
  args: z.output<typeof input>,
  context: RunContext,
  maxBytes: number,
): Promise<RunResult> {
  const opened = await context.world.files.open(readablePlace(context, args.path));
  if (!opened.ok) return { success: false, output: opened.problem };
  const file = opened.value;
  try {
    const pages = refuseBinary(file.chunks(), file.path, file.bytes);
    const shown: string[] = [];
    let bytes = 0;
    let number = 0;
    for await (const batch of readLines(pages, MAX_LINE_UNITS)) {
      if (context.signal.aborted) return { success: false };
      for (const line of batch) {
        number += 1;
        if (number < args.offset) continue;
        const text = shownLine(line);
        bytes += Buffer.byteLength(text) + 1;
        const isFull = shown.length === args.limit || (bytes > maxBytes && shown.length > 0);
        if (isFull) {
          const note =
            `lines ${args.offset} to ${number - 1} of a file of ${grouped(file.bytes)} bytes; ` +
            `go on with offset ${number}`;
          return { success: true, output: shown.join("\n"), note };
        }
        shown.push(text);
      }
    }
    if (number === 0) return { success: true, note: "the file is empty" };
    if (shown.length === 0) {
      const note = `the file has ${number} lines, none from ${args.offset} on`;
      return { success: false, note };
    }
    return { success: true, output: shown.join("\n") };
  } catch (error) {
    return { success: false, output: error instanceof Error ? error.message : String(error) };
  } finally {
    file.close();
  }
}

function shownLine(line: Line): string {
  if (line.cut === 0) return line.text;
  return `${line.text}… ${grouped(line.cut)} more characters in this line`;
}

/** Images have their hint: models that cannot see would otherwise try again and again. */
async function* refuseBinary(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && looksBinary(chunk)) {
      const isImage = /\.(png|jpe?g|gif|webp|bmp|ico|tiff?|heic|avif)$/i.test(path);
      const hint = isImage
        ? "it is an image; a human can attach it to a message"
        : "look at it with a program, for example `file` or `xxd`, in the shell";
      throw new Error(`${path} is not text (${grouped(bytes)} bytes): ${hint}`);
    }
    isFirst = false;
    yield chunk;
  }
}
