// What the model is asked: prompt, history, tools by name, effort. Pure; the runtime adds the bytes of
// images and the specs of tools.
import type { TurnTool } from "../../protocol/agents.ts";
import type { Message } from "../../protocol/messages.ts";
import { asksAtLimit } from "../agent/limits.ts";
import type { EffectOf } from "../effects.ts";
import type { Effort } from "../model.ts";
import { createSystemPrompt } from "../prompt/template.ts";
import { COMPACTION_PROMPT, dueCompaction, transcriptOf } from "./compaction.ts";
import { shownHistory } from "./history.ts";
import type { SessionActorState, Turn } from "./state.ts";
import { schemaPrompt } from "./structured.ts";

export interface AskedModel {
  system: string;
  messages: Message[];
  /** The tools to offer. */
  tools: TurnTool[];
  effort: Effort | undefined;
  /** What the limits of the turn leave for the answer; undefined is what the model gives. */
  max_output_tokens: number | undefined;
}

/** Every model writes this much; of one that is asked for more than it can some vendors refuse the request. */
const SURE_OUTPUT_TOKENS = 4_096;

/** The request of a model call, or undefined when the state no longer asks for it. */
export function askedModel(
  state: SessionActorState,
  effect: EffectOf<"call_model">,
): AskedModel | undefined {
  const { turn, session } = state;
  if (!turn || !session) return undefined;
  if (effect.purpose === "compact") {
    const messages = dueCompaction(state, turn) ?? [];
    const last = messages[messages.length - 1];
    if (!last) return undefined;
    const text = transcriptOf(messages);
    const asked: Message = {
      ...last,
      message_id: "compact",
      role: "user",
      content: text,
      name: null,
      tool_call_id: null,
      tool_calls: [],
      attachments: [],
      reasoning: null,
    };
    return {
      system: COMPACTION_PROMPT,
      messages: [asked],
      tools: [],
      effort: undefined,
      max_output_tokens: undefined,
    };
  }
  const { content } = createSystemPrompt({
    body: state.prompt?.text ?? "",
    workspace: session.workspace,
    context: session.state.context,
  });
  const { output } = turn.settings;
  return {
    system: output ? `${content}\n\n${schemaPrompt(output)}`.trim() : content,
    messages: shownHistory(state),
    tools: turn.agent.tools,
    effort: effortOf(turn.agent.config.reasoning_depth),
    // An answer that is cut cannot be gone on with: where more is asked for, that is done after it.
    max_output_tokens: asksAtLimit(turn, session) ? undefined : tokensLeft(turn),
  };
}

/** The end of the turn's tokens ends the answer too; where much is left the model's own end does. */
function tokensLeft({ tokens, agent }: Turn): number | undefined {
  const { max_tokens } = agent.config;
  if (max_tokens === null) return undefined;
  const left = Math.max(1, max_tokens - tokens);
  return left > SURE_OUTPUT_TOKENS ? undefined : left;
}

/** The documents' depth (0 to 255, default 2) as the effort that vendors know; 2 leaves it to them. */
export function effortOf(depth: number): Effort | undefined {
  if (depth === 2) return undefined;
  if (depth <= 0) return "none";
  if (depth === 1) return "low";
  return depth < 5 ? "high" : "max";
}
