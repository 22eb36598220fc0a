// A line for the shell that the human typed: `! git status`. It runs at once, and what it says joins the conversation.
import type { Act } from "../acts.ts";
import type { Effect } from "../shapes.ts";
import { type PaletteContext, type Problem, problem } from "./shapes.ts";

/** The reply to what begins a conversation for a line carries that line. */
const BEGINS = "act:shell:";

export const lineToRun = (purpose: string): string | null =>
  purpose.startsWith(BEGINS) ? purpose.slice(BEGINS.length) : null;

export const runLine = (session_id: string, command: string): Effect => ({
  type: "call",
  command: "RunTool",
  params: { session_id, name: "shell", args: { command } },
  purpose: "act:shell",
});

export function shellLine(
  command: string,
  { session_id, tools, po_name }: PaletteContext,
): Act | Problem {
  if (command === "") return problem("Type a command line behind the !, such as ! git status.");
  if (!tools.includes("shell")) return problem("There is no tool shell here to run it with.");
  const begins: Effect = {
    type: "call",
    command: "CreateSession",
    params: { po_name },
    purpose: `${BEGINS}${command}`,
  };
  const effect = session_id === null ? begins : runLine(session_id, command);
  return { type: "perform", effects: [effect] };
}
