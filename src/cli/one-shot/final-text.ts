// The text that a one-shot ends with: the answer, or the code in it that -x and -X ask for.
import type { Run } from "../../protocol/commands/session.ts";
import { createMarkdownWriter, type MarkdownWriter } from "../../terminal/markdown/render.ts";
import { oneLine, stripControl } from "../../terminal/strip.ts";
import type { Context } from "../context.ts";
import { terminalColumns } from "../terminal.ts";
import { codeBlocks } from "./code-blocks.ts";
import type { Extracted, Outcome } from "./result.ts";

/** A language in a message. */
const MAX_LANGUAGE_LENGTH = 40;

export const wantsCode = ({ arguments: given }: Context): boolean =>
  given.has("extract") || given.has("extract-all");

/** The answer is drawn: somebody reads it in a terminal and did not say otherwise. */
export function isRendered({ out, arguments: given }: Context): boolean {
  const isText = (given.text("output-format") ?? "text") === "text" && !given.has("json");
  const isPlain = ["raw", "raw-output", "schema"].some((flag) => given.has(flag));
  return out.isTerminal && isText && !isPlain;
}

/** As wide as the terminal is; `taken` columns of it are not free. */
export const markdownWriter = ({ out }: Context, taken = 0): MarkdownWriter =>
  createMarkdownWriter(() => ({ width: terminalColumns() - taken, hasColour: out.hasColour }));

export function drawMarkdown(context: Context, text: string): string {
  const writer = markdownWriter(context);
  return writer.push(text) + writer.end();
}

export function extractCode(context: Context, answer: string): Extracted | undefined {
  if (!wantsCode(context)) return undefined;
  const { arguments: given } = context;
  const isAll = given.has("extract-all");
  const language = given.text("extract-all") || given.text("extract") || "";
  const blocks = codeBlocks(clean(context, answer), language);
  return { isAll, language: oneLine(language, MAX_LANGUAGE_LENGTH), blocks };
}

/** With one newline at its end; nothing where there is nothing. */
export function finalText(
  context: Context,
  { run, extracted }: Pick<Outcome, "run" | "extracted">,
): string {
  if (context.arguments.has("schema")) return withNewline(documentText(run));
  if (!extracted) return withNewline(clean(context, run?.response ?? ""));
  const shown = extracted.isAll ? extracted.blocks : extracted.blocks.slice(0, 1);
  return withNewline(shown.map((block) => block.replace(/\n+$/, "")).join("\n\n"));
}

/** Only the document: as it was written where it stands alone, else taken out of its fences. */
function documentText(run: Run | null): string {
  if (run?.status !== "completed") return "";
  return isJson(run.response) ? run.response.trim() : JSON.stringify(run.structured);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The question is only whether it stands alone.
    return false;
  }
}

export const clean = ({ arguments: given }: Context, text: string): string =>
  given.has("raw-output") ? text : stripControl(text);

export function withNewline(text: string): string {
  const trimmed = text.replace(/\n+$/, "");
  return trimmed === "" ? "" : `${trimmed}\n`;
}
