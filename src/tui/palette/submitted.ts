// What was typed and entered: a message, a command, a workflow to run, or a line for the shell.
// Rule: what is none of these is never sent in silence: a slip of the finger would go to a model.
import { MAX_NAME_LENGTH } from "../../protocol/limits.ts";
import { suggest } from "../../protocol/suggest.ts";
import type { Act } from "../acts.ts";
import type { Candidate, Submitted } from "../composer/index.ts";
import { commandNamed, commands, commandTable } from "./commands.ts";
import { type PaletteContext, type Problem, problem } from "./shapes.ts";

/** The words that the model without a network answers to, beside the names of tools. */
const GUIDE_WORDS = ["ask", "say"];
/** A name of a command; a path such as /usr/bin is none. */
const NAMED = /^\/([\p{L}\p{N}_-]+)(?:\s+(.*))?$/su;

export function readSubmitted(
  { text, how, isLiteral, images }: Submitted,
  context: PaletteContext,
): Act | Problem {
  const send = (message: string): Act =>
    images.length === 0
      ? { type: "send", text: message, how }
      : { type: "send", text: message, how, images };
  if (isLiteral) return send(text);
  if (text.startsWith("//")) return send(text.slice(1));
  if (text.startsWith("!")) return shellLine(text.slice(1).trim(), context);
  const [, name, argument = ""] = NAMED.exec(text) ?? [];
  if (name === undefined) return send(text);
  const command = commandNamed(name);
  if (command) return command.run(argument.trim(), context);
  if (context.tools.includes(name) || GUIDE_WORDS.includes(name)) return send(text);
  if (context.workflows.some((one) => one.name === name)) {
    return runWorkflow(name, argument.trim(), context);
  }
  return unknown(name, context);
}

function unknown(name: string, { workflows }: PaletteContext): Problem {
  const known = [...Object.keys(commands), ...workflows.map((one) => one.name)];
  const near = suggest(name.slice(0, MAX_NAME_LENGTH), known);
  const meant = near === undefined ? "/help shows all" : `Did you mean /${near}?`;
  return problem(
    `There is no command /${name}. ${meant}${near ? "" : "."} //${name} says it as text.`,
  );
}

function runWorkflow(
  workflow: string,
  message: string,
  { settings }: PaletteContext,
): Act | Problem {
  if (message === "") return problem(`Say what it works on: /${workflow} TEXT.`);
  const params = { workflow, message, settings };
  return {
    type: "perform",
    effects: [{ type: "call", command: "RunWorkflow", params, purpose: "act:open" }],
  };
}

/** Runs at once: a human typed it. What it says joins the conversation. */
function shellLine(command: string, { session_id, tools }: PaletteContext): Act | Problem {
  if (command === "") return problem("Type a command line behind the !, such as ! git status.");
  if (!tools.includes("shell")) return problem("There is no tool shell here to run it with.");
  if (session_id === null) {
    return problem("No conversation is open yet that its output could join: say something first.");
  }
  const params = { session_id, name: "shell", args: { command } };
  return {
    type: "perform",
    effects: [{ type: "call", command: "RunTool", params, purpose: "act:shell" }],
  };
}

/** Behind `/` in the composer. */
export const commandCandidates = ({ workflows }: PaletteContext): readonly Candidate[] => [
  ...Object.entries(commandTable).map(([name, { help }]) => ({ name, help })),
  ...workflows
    .filter(({ name }) => !commandNamed(name))
    .map(({ name, description }) => ({ name, help: `workflow: ${description}` })),
];

/** Behind `/command ` in the composer. */
export const argumentCandidates = (name: string, context: PaletteContext): readonly Candidate[] =>
  commandNamed(name)?.offered?.(context) ?? [];
