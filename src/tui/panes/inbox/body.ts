// A question as text: the whole of what is decided. Rule: nothing of it is shortened, and what would hide
// is shown.
import { isObject } from "../../../protocol/json.ts";
import type { HumanRequest, ToolCall } from "../../../protocol/messages.ts";
import { type Edit, editOf } from "../../../terminal/edits.ts";
import type { Comparing } from "../../../terminal/line-changes.ts";
import { span } from "../../text.ts";
import { differencePieces, type Piece, piece, textPieces } from "../parts/long-text.ts";
import { exactArguments, isLong, questionAbove } from "./readable.ts";

export function requestPieces(request: HumanRequest, comparing: Comparing): readonly Piece[] {
  const { question, tool_call, kind, options } = request;
  const text = textPieces(questionAbove(question.trimEnd(), tool_call));
  if (kind === "approval" && tool_call) text.push(...callPieces(tool_call, comparing));
  const choices = kind === "question" ? options : [];
  if (choices.length > 0) text.push(piece([]));
  for (const [index, option] of choices.entries()) {
    text.push(...textPieces(`${index + 1}  ${option}`));
  }
  return text;
}

function callPieces(call: ToolCall, comparing: Comparing): Piece[] {
  const edit = editOf(call);
  const exactly = [piece([]), piece([span("exactly: ", "dim"), span(call.name, "code")])];
  const readable = exactArguments(call.args);
  if (readable && edit?.before == null) {
    return [...(edit ? wholePieces(edit) : []), ...exactly, ...readable];
  }
  return [
    ...readablePieces(call, edit, comparing),
    ...exactly,
    ...textPieces(JSON.stringify(call.args, null, 2), { style: "code" }),
  ];
}

/** What is hard to read as JSON: an edit, and texts of several lines. */
function readablePieces({ args }: ToolCall, edit: Edit | null, comparing: Comparing): Piece[] {
  if (edit) return editPieces(edit, comparing);
  if (!isObject(args)) return [];
  return Object.entries(args).flatMap(([key, value]) => {
    if (!isLong(value)) return [];
    return [piece([]), ...textPieces(`${key}:`, { style: "dim" }), ...textPieces(value)];
  });
}

function editPieces({ path, before, after, isEverywhere }: Edit, comparing: Comparing): Piece[] {
  if (before === null) return [...wholePieces({ path }), ...textPieces(after)];
  const where = isEverywhere ? textPieces("wherever it stands in the file:", { style: "dim" }) : [];
  const pieces = differencePieces(before, after, comparing);
  const left = "white space is not compared here; exactly it stands below";
  const note = comparing.ignoresSpace ? textPieces(`(${left})`, { style: "dim" }) : [];
  return [piece([]), ...where, ...pieces, ...note];
}

function wholePieces({ path }: Pick<Edit, "path">): Piece[] {
  const whole = `${path} is written whole; what it holds now, if anything, is not shown:`;
  return [piece([]), ...textPieces(whole, { style: "dim" })];
}
