// What was typed and entered: a message, a command, a workflow to run, or a line for the shell.
// Rule: what is none of these is never sent in silence: a slip of the finger would go to a model.
import { MAX_NAME_LENGTH } from "../../protocol/limits.ts";
import { suggest } from "../../protocol/suggest.ts";
import type { Act } from "../acts.ts";
import { type Candidate, type Submitted, tooMany } from "../composer/index.ts";
import { keysOf } from "../keys.ts";
import { commandNamed, commands, commandTable } from "./commands.ts";
import { type PaletteContext, type Problem, problem } from "./shapes.ts";
import { shellLine } from "./shell-line.ts";

/** The words that the model without a network answers to, beside the names of tools. */
const GUIDE_WORDS = ["ask", "say"];
/** A name of a command; a path such as /usr/bin is none. */
const NAMED = /^\/([\p{L}\p{N}_-]+)(?:\s+(.*))?$/su;

export function readSubmitted(
  { text, written, how, isLiteral, images }: Submitted,
  context: PaletteContext,
): Act | Problem {
  const send = (message: string): Act | Problem => {
    if (context.caller !== null) return readOnly(context);
    if (images.length === 0) return { type: "send", text: message, how };
    const refusal = tooMany(images);
    return refusal === null ? { type: "send", text: message, how, images } : problem(refusal);
  };
  if (isLiteral) return send(text);
  if (text.startsWith("//")) return send(text.slice(1));
  // Only a message has images: for anything else they are the paths that were pasted.
  if (text.startsWith("!")) return shellLine(written.slice(1).trim(), context);
  const [, name, argument = ""] = NAMED.exec(written) ?? [];
  if (name === undefined) return send(text);
  const command = commandNamed(name);
  if (command) return command.run(argument.trim(), context);
  if (context.tools.includes(name)) {
    return context.caller === null ? { type: "send", text: written, how } : readOnly(context);
  }
  if (GUIDE_WORDS.includes(name)) return send(text);
  if (context.workflows.some((one) => one.name === name)) {
    return runWorkflow(name, argument.trim(), context);
  }
  return unknown(name, context);
}

/** A session that answers a call speaks with its caller alone. */
function readOnly({ po_name, caller, sessions, keymap }: PaletteContext): Problem {
  const asker = sessions.find(({ session_id }) => session_id === caller)?.po_name;
  const [key = "/caller"] = keysOf(keymap, "everywhere", "caller");
  return problem(
    `Read only: ${po_name} was called by ${asker ?? "another object"}. ${key} goes back, /fork goes on in a copy.`,
  );
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
