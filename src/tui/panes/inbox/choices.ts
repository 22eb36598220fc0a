// What can be answered to a question. Rules: 1. The first choice is the safe one. 2. The hash that is sent is
// that of the request that was shown.
import type { Answer, HumanRequest } from "../../../protocol/messages.ts";
import { offersScope } from "../../../terminal/request-text.ts";
import type { PaneAction } from "../parts/keys.ts";

/** What a text that is typed is for. */
export type Typing = "answer" | "secret" | "reason" | "rule";

/** `key`: an action of the inbox, or the digit of an option. */
export type Choice = { label: string; key: ChoiceKey } & (
  | { type: "send"; response: Answer }
  | { type: "type"; typing: Typing; prompt: string }
);

export type ChoiceKey = PaneAction<"inbox"> | { digit: string };

/** Options that have a key of their own: the digits. */
const MAX_KEYED_OPTIONS = 9;

export function choicesFor(request: HumanRequest): readonly Choice[] {
  if (request.kind === "secret") {
    const prompt = "secret, not shown";
    return [{ type: "type", typing: "secret", prompt, label: "Give it", key: "press" }];
  }
  if (request.kind === "question") {
    const options = request.options.slice(0, MAX_KEYED_OPTIONS).map((text, index): Choice => {
      const response = { type: "answer", text } as const;
      const digit = String(index + 1);
      return { type: "send", response, label: digit, key: { digit } };
    });
    const prompt = "answer";
    return [{ type: "type", typing: "answer", prompt, label: "Answer", key: "press" }, ...options];
  }
  if (request.hash === null) return [];
  const hidden = (["session", "rule"] as const).filter((scope) => !offersScope(request, scope));
  return approvalChoices(request.hash).filter(
    (choice) => !hidden.some((scope) => scope === choice.key),
  );
}

function approvalChoices(hash: string): readonly Choice[] {
  const send = (decision: "approve" | "deny", scope: "once" | "session") =>
    ({ type: "send", response: decisionOf(hash, { decision, scope }) }) as const;
  return [
    { ...send("deny", "once"), label: "Deny", key: "deny" },
    { type: "type", typing: "reason", prompt: "why not", label: "Deny, with why", key: "reason" },
    { ...send("approve", "once"), label: "Allow once", key: "once" },
    { ...send("approve", "session"), label: "Allow in this session", key: "session" },
    {
      type: "type",
      typing: "rule",
      prompt: "pattern such as git *, empty for exactly this",
      label: "Rule",
      key: "rule",
    },
  ];
}

/** It lets something happen. */
export const allows = (choice: Choice): boolean =>
  choice.type === "send"
    ? choice.response.type === "decision" && choice.response.decision === "approve"
    : choice.typing === "rule";

interface Decision {
  decision: "approve" | "deny";
  scope: "once" | "session" | "rule";
  match?: string | null;
  reason?: string | null;
}

const decisionOf = (hash: string, decision: Decision): Answer => ({
  type: "decision",
  hash,
  match: null,
  reason: null,
  ...decision,
});

/** Undefined where there is nothing to send yet. */
export function typedAnswer(
  typing: Typing,
  text: string,
  { hash }: HumanRequest,
): Answer | undefined {
  const trimmed = text.trim();
  switch (typing) {
    case "secret":
      return text === "" ? undefined : { type: "secret", value: text };
    case "answer":
      return trimmed === "" ? undefined : { type: "answer", text: trimmed };
    case "reason":
      return hash === null
        ? undefined
        : decisionOf(hash, { decision: "deny", scope: "once", reason: trimmed || null });
    case "rule":
      return hash === null
        ? undefined
        : decisionOf(hash, { decision: "approve", scope: "rule", match: trimmed || null });
  }
}

export const choiceOf = (
  choices: readonly Choice[],
  key: string,
  action: PaneAction<"inbox"> | undefined,
): Choice | undefined =>
  choices.find(({ key: own }) =>
    typeof own === "string" ? own === action : action === "option" && own.digit === key,
  );
