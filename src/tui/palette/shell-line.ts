// A line for the shell that the human typed: `! git status`. It runs at once, and what it says joins the conversation.
import type { Act } from "../acts.ts";
import { type PaletteContext, type Problem, problem } from "./shapes.ts";

export function shellLine(command: string, { tools }: PaletteContext): Act | Problem {
  if (command === "") return problem("Type a command line behind the !, such as ! git status.");
  if (!tools.includes("shell")) return problem("There is no tool shell here to run it with.");
  return { type: "run_line", command };
}
