// A question as text: the whole of what is decided. Rule: nothing of it is shortened, and what would hide
// is shown.
import type { HumanRequest, ToolCall } from "../../../protocol/messages.ts";
import type { Comparing } from "../../../terminal/line-changes.ts";
import { span } from "../../text.ts";
import { differencePieces, type Piece, piece, textPieces } from "../parts/long-text.ts";

export function requestPieces(request: HumanRequest, comparing: Comparing): readonly Piece[] {
  const { question, tool_call, kind, options } = request;
  const text = textPieces(question.trimEnd());
  if (kind === "approval" && tool_call) text.push(...callPieces(tool_call, comparing));
  const choices = kind === "question" ? options : [];
  if (choices.length > 0) text.push(piece([]));
  for (const [index, option] of choices.entries()) {
    text.push(...textPieces(`${index + 1}  ${option}`));
  }
  return text;
}

function callPieces({ name, args }: ToolCall, comparing: Comparing): Piece[] {
  return [
    ...readablePieces(args, comparing),
    piece([]),
    piece([span("exactly: ", "dim"), span(name, "code")]),
    ...textPieces(JSON.stringify(args, null, 2), "code"),
  ];
}

/** What is hard to read as JSON: an edit, and texts of several lines. */
function readablePieces(args: ToolCall["args"], comparing: Comparing): Piece[] {
  const change = changeOf(args);
  if (change) {
    const pieces = differencePieces(change.before, change.after, comparing);
    const left = "white space is not compared here; exactly it stands below";
    const note = comparing.ignoresSpace ? textPieces(`(${left})`, "dim") : [];
    return [piece([]), ...pieces, ...note];
  }
  if (typeof args !== "object" || args === null || Array.isArray(args)) return [];
  return Object.entries(args).flatMap(([key, value]) => {
    if (typeof value !== "string" || !value.includes("\n")) return [];
    return [piece([]), ...textPieces(`${key}:`, "dim"), ...textPieces(value)];
  });
}

/** An edit says what it takes away and what it puts in its place. */
function changeOf(args: ToolCall["args"]): { before: string; after: string } | undefined {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return undefined;
  const { old_text, new_text } = args;
  if (typeof old_text !== "string" || typeof new_text !== "string") return undefined;
  return { before: old_text, after: new_text };
}
