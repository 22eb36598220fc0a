// A question for a human as text: whole, with everything that is decided, and how it is answered.
// Rule: nothing of a call that waits for approval is shortened, and what would hide is shown.
import type { DecisionScope, HumanRequest, ToolCall } from "../protocol/messages.ts";
import { showAge } from "./age.ts";
import { oneLine, showHidden } from "./strip.ts";

const MAX_NAME_LENGTH = 64;

/** Where a question comes from, as far as it is known. */
export interface RequestPlace {
  /** The folder of its session. */
  folder: string | undefined;
  /** By the clock of this client, in milliseconds. */
  now: number;
  /** The beginning of a command line: `jamey --env work`. */
  program: string;
}

export function callText({ name, args }: ToolCall): string {
  const json = showHidden(JSON.stringify(args, null, 2));
  return indent(`${oneLine(name, MAX_NAME_LENGTH)} ${json}`);
}

/** The question, the call, the choices: what a decision is about. */
export function requestText({ kind, question, tool_call, options }: HumanRequest): string {
  const parts = [showHidden(question).trimEnd()];
  // What asks in words has nothing in its call that is not said here.
  if (tool_call && kind === "approval") parts.push(callText(tool_call));
  // Those of an approval are the commands, or the keys, that answer it.
  const choices = kind === "approval" ? [] : options;
  for (const option of choices) parts.push(indent(`- ${showHidden(option)}`));
  return parts.join("\n");
}

/** All of it, for a list. */
export function listedRequest(request: HumanRequest, place: RequestPlace): string {
  const { request_id, kind, from_po, created_at, deadline_at } = request;
  const age = showAge(created_at, place.now);
  const seconds = Math.max(0, Math.round((place.now - Date.parse(created_at)) / 1000));
  const asked = `asked ${age === "now" ? `${seconds} s` : age} ago`;
  const folder = place.folder === undefined ? "" : `, in ${oneLine(place.folder, 1000)}`;
  const until = deadline_at === null ? "" : `, until ${deadline_at}`;
  const who = oneLine(from_po, MAX_NAME_LENGTH);
  const lines = [
    `${request_id} ${kind} from ${who}: ${requestText(request)}`,
    `  ${asked}${folder}${until}`,
    ...answersTo(request, place.program).map((command) => `  ${command}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** One line that says where a question comes from. */
export function placeText(
  { session_id, created_at, deadline_at }: HumanRequest,
  { folder, title }: { folder: string | undefined; title: string | undefined },
): string {
  const parts = [
    `session ${oneLine(session_id, 128)}`,
    ...(title ? [`'${oneLine(title, 60)}'`] : []),
    ...(folder === undefined ? [] : [`in ${oneLine(folder, 1000)}`]),
    `since ${created_at}`,
    ...(deadline_at === null ? [] : [`until ${deadline_at}`]),
  ];
  return `${parts.join(", ")}\n`;
}

/** A decision may hold for so long; where the daemon says nothing, for as long as one likes. */
export const offersScope = ({ scopes }: HumanRequest, scope: DecisionScope): boolean =>
  scopes?.includes(scope) ?? true;

/** The commands that answer it. */
export function answersTo({ kind, request_id }: HumanRequest, program = "jamey"): string[] {
  const command = (verb: string) => `${program} requests ${verb} ${request_id}`;
  if (kind === "approval") return [command("approve"), `${command("deny")} --reason 'why not'`];
  return [kind === "secret" ? command("answer") : `${command("answer")} 'text'`];
}

const indent = (text: string): string =>
  text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
