// What a message that joins a running turn may bring: rules, and what becomes of a call that needs a
// human. The turn is pinned to everything else, so a message that wants it otherwise is refused.
import type { TurnAgent, TurnSettings } from "../../protocol/agents.ts";
import type { ErrorBody } from "../../protocol/errors.ts";

/** Permission rules that one turn holds. The protocol says the same of a message in the journal. */
export const MAX_TURN_RULES = 4_096;

export function steerRefusal(agent: TurnAgent, settings: TurnSettings): ErrorBody | undefined {
  const unheard = unheardSettings(agent, settings);
  if (unheard.length > 0) {
    const message = `A message that joins a running turn cannot change ${unheard.join(", ")}: send it with delivery 'queue'.`;
    return { code: "invalid_request", message, details: { settings: unheard } };
  }
  if (agent.rules.length + settings.rules.length <= MAX_TURN_RULES) return undefined;
  const message = `The running turn holds at most ${MAX_TURN_RULES} rules: send it with delivery 'queue'.`;
  return { code: "too_large", message, details: { limit: MAX_TURN_RULES } };
}

function unheardSettings(agent: TurnAgent, settings: TurnSettings): string[] {
  const limits = Object.entries(settings.limits)
    .filter(([name, value]) => value !== undefined && !isSet(agent, name, value))
    .map(([name]) => `limits.${name}`);
  return [
    ...(settings.model === null || settings.model === agent.model ? [] : ["model"]),
    ...(settings.system === null ? [] : ["system"]),
    ...(settings.mode === null || settings.mode === agent.mode ? [] : ["mode"]),
    ...(settings.tools === null ? [] : ["tools"]),
    ...(settings.output ? ["output"] : []),
    ...limits,
  ];
}

const isSet = (agent: TurnAgent, name: string, value: unknown): boolean =>
  Object.entries(agent.config).some(([key, set]) => key === name && set === value);

/** The agent as the message wants it. `queue` is what everybody says who says nothing: it changes nothing. */
export function steered(agent: TurnAgent, { rules, on_ask }: TurnSettings): TurnAgent {
  return {
    ...agent,
    rules: [...rules, ...agent.rules],
    on_ask: on_ask === "queue" ? agent.on_ask : on_ask,
  };
}
