// The tool that replaces exact text in a file. Line ends stay as the file has them; nothing else
// changes.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import type { Attempt, FileReader } from "../core/world.ts";
import { defineTool, type RunContext, type RunResult } from "./define.ts";
import { looksBinary } from "./lines.ts";
import { grouped, type OutputLimits } from "./output.ts";
import { subjectOf, writablePlace } from "./place.ts";

const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** The result of replacing a letter everywhere by a novel must not fill the memory. */
const MAX_RESULT_UNITS = 2 * MAX_FILE_BYTES;

const input = z.strictObject({
  path: z.string().min(1).describe("Relative to the workspace, or absolute inside it."),
  old_text: z.string().min(1).describe("The exact text to replace, with its white space."),
  new_text: z.string().describe("What takes its place; empty to delete."),
  replace_all: z
    .boolean()
    .default(false)
    .describe("Replace every occurrence. Else the text must occur exactly once."),
});

type Edit = z.output<typeof input>;

export function fileEditTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "file_edit",
      description:
        "Replaces exact text in a file of the workspace. The old text must occur exactly once, unless " +
        "replace_all is set: give enough lines around it.",
      input,
      risk: "write",
      replay: "never",
      subject: async (args, context) =>
        await subjectOf(context, writablePlace(context, args.path), "write"),
      run: editFile,
    },
    limits,
  );
}

async function editFile(args: Edit, context: RunContext): Promise<RunResult> {
  const place = writablePlace(context, args.path);
  const opened = await context.world.files.open(place);
  if (!opened.ok) return { success: false, output: opened.problem };
  const file = opened.value;
  let text: Attempt<string>;
  try {
    text = await readText(file);
  } finally {
    file.close();
  }
  if (!text.ok) return { success: false, output: text.problem };
  const edited = applyEdit(text.value, args, file.path);
  if (!edited.ok) return { success: false, output: edited.problem };
  const bytes = new TextEncoder().encode(edited.value.text);
  const written = await context.world.files.write(place, bytes, { replaces: file.version });
  if (!written.ok) return { success: false, output: written.problem };
  const { count, line } = edited.value;
  const what = count === 1 ? `1 replacement at line ${line}` : `${grouped(count)} replacements`;
  const output = `Edited ${written.value.path}: ${what}, ${grouped(bytes.length)} bytes written.`;
  return { success: true, output };
}

/** The whole text; a file that is no UTF-8 is left alone, because writing it would spoil it. */
async function readText(file: FileReader): Promise<Attempt<string>> {
  const refuse = (why: string) => ({ ok: false, problem: `${file.path}: ${why}` }) as const;
  const tooLarge = `it is larger than ${grouped(MAX_FILE_BYTES)} bytes; edit it with the shell`;
  if (file.bytes > MAX_FILE_BYTES) return refuse(tooLarge);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of file.chunks()) {
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES) return refuse(tooLarge);
    chunks.push(chunk);
  }
  const content = Buffer.concat(chunks);
  if (looksBinary(content)) return refuse("it is not text");
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    return { ok: true, value: text };
  } catch {
    return refuse("it is not UTF-8, and editing would spoil it");
  }
}

/** The text after the edit, how often it was replaced, and the line of the first. */
export function applyEdit(
  text: string,
  edit: Edit,
  path: string,
): Attempt<{ text: string; count: number; line: number }> {
  const refuse = (why: string) => ({ ok: false, problem: `${path} is unchanged: ${why}` }) as const;
  if (edit.old_text === edit.new_text) return refuse("old_text and new_text are the same");
  // Models write LF. In a file of CRLF lines that means its own line end.
  const isCrlf = text.includes("\r\n") && !/(^|[^\r])\n/.test(text);
  const local = (part: string) => (isCrlf ? part.replace(/\r?\n/g, "\r\n") : part);
  const [old, replacement] = [local(edit.old_text), local(edit.new_text)];
  const first = text.indexOf(old);
  if (first === -1) {
    return refuse("old_text does not occur in it. Read the file and copy the text exactly");
  }
  const parts = text.split(old);
  const count = parts.length - 1;
  const isAmbiguous = text.indexOf(old, first + 1) !== -1;
  if (isAmbiguous && !edit.replace_all) {
    const times = count === 1 ? "more than once, overlapping" : `${grouped(count)} times`;
    return refuse(`old_text occurs ${times}. Give more lines around it, or set replace_all`);
  }
  if (text.length + count * (replacement.length - old.length) > MAX_RESULT_UNITS) {
    return refuse(`the result would be longer than ${grouped(MAX_RESULT_UNITS)} characters`);
  }
  const line = text.slice(0, first).split("\n").length;
  return { ok: true, value: { text: parts.join(replacement), count, line } };
}
