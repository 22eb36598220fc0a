// A form that an MCP server wants filled in, as questions to a human: one for each field, its answer read as the
// field's kind. Who asks is said first, in our words; what follows is the server's.
// Rules: 1. Every question can be declined, and so is the form. 2. What nobody answers is cancelled. 3. Pages that a
//           server wants opened are none of ours. 4. A form is shown whole, or refused before anybody is asked.
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/client";
import { isObject } from "../../protocol/json.ts";
import { type Field, readField } from "./form-fields.ts";
import { requireFields, requireShort } from "./form-refusals.ts";

const MAX_FIELDS = 20;
/** Answers to one question that fit nothing, before the form counts as cancelled. */
const MAX_TRIES = 5;

const ACCEPT = "(yes)";
const DECLINE = "(decline)";
const SKIP = "(leave out)";

/** Resolves to what the human said; null where nobody answers. */
export type AskHuman = (question: string, options: string[]) => Promise<string | null>;

type Content = NonNullable<ElicitResult["content"]>;
type Filled = { action: "cancel" } | { action: "decline" } | { value: Content[string] | undefined };

/** Throws a sentence for the server where it is no form that can be asked. */
export async function fillIn(
  asked: ElicitRequest["params"],
  who: string,
  ask: AskHuman,
): Promise<ElicitResult> {
  const { fields, head } = readForm(asked, who);
  if (fields.length === 0) return await confirmed(head, ask);
  const content = new Map<string, Content[string]>();
  for (const field of fields) {
    const filled = await fillField(field, head, ask);
    if ("action" in filled) return filled;
    if (filled.value !== undefined) content.set(field.name, filled.value);
  }
  return { action: "accept", content: Object.fromEntries(content) };
}

function readForm(asked: ElicitRequest["params"], who: string): { fields: Field[]; head: string } {
  if (!("requestedSchema" in asked))
    throw new Error("jamey opens no pages for servers: ask a form");
  const { properties, required = [] } = asked.requestedSchema;
  const named = Object.entries(properties);
  if (named.length > MAX_FIELDS) {
    throw new Error(`a form has at most ${MAX_FIELDS} fields; this one has ${named.length}`);
  }
  requireFields(Object.keys(properties), required);
  requireShort("the form's message", asked.message);
  const fields = named.map(([name, schema]) =>
    readField(name, isObject(schema) ? schema : {}, required.includes(name)),
  );
  return { fields, head: `${who}\n\n${asked.message}` };
}

async function confirmed(head: string, ask: AskHuman): Promise<ElicitResult> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const said = await ask(head, [ACCEPT, DECLINE]);
    if (said === null) return { action: "cancel" };
    if (said === DECLINE) return { action: "decline" };
    if (said === ACCEPT) return { action: "accept", content: {} };
  }
  return { action: "cancel" };
}

async function fillField(field: Field, head: string, ask: AskHuman): Promise<Filled> {
  const { choices, isRequired, mayBeLeftOut } = field;
  const others = [...(mayBeLeftOut ? [SKIP] : []), DECLINE];
  // Options are for who chooses: some clients let nothing else be said where there are any.
  const options = choices.length > 0 ? [...choices, ...others] : [];
  const hint = choices.length > 0 ? "" : `\nOr answer: ${others.join(" or ")}`;
  const about = `${isRequired ? "" : "(optional) "}${field.about}${hint}`;
  let problem = "";
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const said = await ask(`${head}\n\n${about}${problem}`, options);
    if (said === null) return { action: "cancel" };
    if (said === DECLINE) return { action: "decline" };
    if (said === SKIP && mayBeLeftOut) return { value: undefined };
    const read = field.read(said);
    if (read.ok) return { value: read.value };
    problem = `\n\n'${said.slice(0, 100)}' does not fit: ${read.problem}.`;
  }
  return { action: "cancel" };
}
