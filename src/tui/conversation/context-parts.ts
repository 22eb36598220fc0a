// What a conversation is made of, by who said it: how much of it is prompts, answers, and what calls said.
// Letters are counted, not tokens: those only the vendor counts.
import type { Transcript } from "../../client/transcript.ts";

/** Results that are named one by one, the longest first. */
const MAX_LARGEST = 5;

export interface ContextPart {
  count: number;
  letters: number;
}

export interface ContextParts {
  said: ContextPart;
  answers: ContextPart;
  reasoning: ContextPart;
  /** Arguments of calls. */
  asked: ContextPart;
  /** By the name of the tool or object, the largest first. */
  results: readonly (ContextPart & { name: string })[];
  other: ContextPart;
  largest: readonly { call_id: string; letters: number }[];
  letters: number;
}

export function contextParts({ messages }: Transcript): ContextParts {
  const parts = { said: none(), answers: none(), reasoning: none(), asked: none(), other: none() };
  const names = new Map<string, string>();
  const results = new Map<string, ContextPart>();
  const largest: { call_id: string; letters: number }[] = [];
  for (const { role, content, reasoning, tool_calls, tool_call_id } of messages) {
    if (reasoning && reasoning.text !== "") add(parts.reasoning, reasoning.text.length);
    for (const { id, name, args } of tool_calls) {
      names.set(id, name);
      add(parts.asked, JSON.stringify(args).length);
    }
    if (role === "tool" && tool_call_id !== null) {
      const name = names.get(tool_call_id) ?? "";
      const part = results.get(name) ?? none();
      add(part, content.length);
      results.set(name, part);
      largest.push({ call_id: tool_call_id, letters: content.length });
    } else if (content !== "") {
      const part = { user: parts.said, assistant: parts.answers, tool: parts.other };
      add(role === "system" ? parts.other : part[role], content.length);
    }
  }
  const byTool = [...results].map(([name, part]) => ({ name, ...part }));
  const all = [...Object.values(parts), ...byTool];
  return {
    ...parts,
    results: byTool.sort((left, right) => right.letters - left.letters),
    largest: largest.sort((left, right) => right.letters - left.letters).slice(0, MAX_LARGEST),
    letters: all.reduce((sum, { letters }) => sum + letters, 0),
  };
}

const none = (): ContextPart => ({ count: 0, letters: 0 });

function add(part: ContextPart, letters: number): void {
  part.count += 1;
  part.letters += letters;
}
