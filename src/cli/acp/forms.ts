// Questions that want words, put to the human of an editor that can show a form. Never a secret: what is typed
// there passes through the editor.
import { isObject } from "../../protocol/json.ts";
import type { HumanRequest } from "../../protocol/messages.ts";
import { showHidden } from "../../terminal/strip.ts";
import type { Fields } from "./rpc.ts";

const FIELD = "answer";

/** Whether an editor said at the handshake that it shows forms. */
export function hasForms({ clientCapabilities }: Fields): boolean {
  const elicitation = isObject(clientCapabilities) ? clientCapabilities.elicitation : undefined;
  return isObject(elicitation) && isObject(elicitation.form);
}

/** undefined: it is nothing for a form. */
export function formOf(request: HumanRequest, sessionId: string): Fields | undefined {
  if (request.kind !== "question" || request.limit) return undefined;
  return {
    mode: "form",
    sessionId,
    message: showHidden(request.question),
    requestedSchema: {
      type: "object",
      properties: { [FIELD]: { type: "string", title: "Answer", minLength: 1 } },
      required: [FIELD],
    },
  };
}

/** undefined: it was declined, or left empty. */
export function wordsOf(said: unknown): string | undefined {
  if (!isObject(said) || said.action !== "accept" || !isObject(said.content)) return undefined;
  const text = said.content[FIELD];
  return typeof text === "string" && text !== "" ? text : undefined;
}
