// A turn as a script: what the models said in it and in the turns that it called, so that it plays again
// without them. Pure.
// Rules: 1. Each step names the object, the whole message that it answers and how many answers came before
//           it, so that sessions which ran at once cannot take each other's.
//        2. Longer messages stand first: a message that is part of another one's cannot be taken for it.
import type { Reply } from "../protocol/commands/index.ts";
import type { EventPayload, StoredRow } from "../protocol/events/index.ts";
import type { Usage } from "../protocol/messages.ts";

interface Step {
  object: string;
  when: string;
  after: number;
  reasoning?: string;
  text?: string;
  tool_calls?: { name: string; args: unknown }[];
  usage?: Partial<Usage>;
}

/** Steps that one script may hold. */
const MAX_STEPS = 10_000;

export function recordingOf(options: {
  /** The session of the turn first, then those called below it. */
  streams: Iterable<StoredRow>[];
  turn_id: string;
  name: string | null;
}): Reply<"RecordTurn"> {
  const { streams, turn_id, name } = options;
  const warnings = new Set<string>();
  // Of the sessions below only those that this turn called, by whatever way.
  const called = new Set<string>();
  const all = streams.flatMap((stream, index) => {
    const rows = [...stream];
    const [first] = rows;
    if (first?.type !== "SessionCreated") return [];
    const { session_id, po_name, parent } = first.payload;
    const isRoot = index === 0;
    const isOurs = parent?.turn_id === turn_id || called.has(parent?.session_id ?? "");
    if (!isRoot && !isOurs) return [];
    if (!isRoot) called.add(session_id);
    return stepsOf({ rows, po_name, turn_id: isRoot ? turn_id : null, warnings });
  });
  const kept = new Map<string, Step>();
  for (const step of all) {
    const key = JSON.stringify([step.object, step.when, step.after]);
    const there = kept.get(key);
    if (!there) kept.set(key, step);
    else if (!Bun.deepEquals(there, step)) {
      warnings.add(
        `'${step.object}' was sent the same message twice and answered differently: the first answer plays both times.`,
      );
    }
  }
  const steps = [...kept.values()]
    .toSorted((left, right) => right.when.length - left.when.length)
    .slice(0, MAX_STEPS);
  if (kept.size > steps.length) warnings.add(`Only ${MAX_STEPS} of ${kept.size} answers are kept.`);
  const head = `# ${(name ?? "A recorded turn").replace(/\s+/g, " ")}: what the models said, as a script.\n`;
  const text =
    steps.length === 0 ? `${head}[]\n` : `${head}${Bun.YAML.stringify(steps, null, 2)}\n`;
  return { text, steps: steps.length, warnings: [...warnings] };
}

/** `turn_id` null: of every turn. */
function stepsOf(options: {
  rows: StoredRow[];
  po_name: string;
  turn_id: string | null;
  warnings: Set<string>;
}): Step[] {
  const { rows, po_name, turn_id, warnings } = options;
  const answers = new Set<string>();
  const used = new Map<string, Usage>();
  for (const { type, payload } of rows) {
    if (type === "ModelCallStarted" && payload.purpose === "answer") answers.add(payload.call_id);
    if (type === "UsageRecorded") used.set(payload.call_id, payload.usage);
    const isOurs = turn_id === null || ("turn_id" in payload && payload.turn_id === turn_id);
    if (!isOurs) continue;
    const left = LEFT_OUT[type];
    if (left) warnings.add(left);
  }
  const steps: Step[] = [];
  let when = "";
  let after = 0;
  for (const { type, payload } of rows) {
    if (type !== "MessageAdded") continue;
    if (payload.role === "user") {
      when = payload.content;
      after = 0;
    }
    if (payload.role !== "assistant") continue;
    const isOurs = turn_id === null || payload.turn_id === turn_id;
    if (isOurs && answers.has(payload.message_id)) {
      steps.push({ object: po_name, when, after, ...saidIn(payload, used) });
    }
    after += 1;
  }
  return steps;
}

const LEFT_OUT: { [type in StoredRow["type"]]?: string } = {
  HistoryCompacted: "The history was compacted: the script has no summary for that.",
  ModelCallFailed: "A model call failed: failures are not recorded.",
};

function saidIn(message: EventPayload<"MessageAdded">, used: ReadonlyMap<string, Usage>) {
  const { content, reasoning, tool_calls, message_id } = message;
  const usage = used.get(message_id);
  return {
    ...(reasoning?.text ? { reasoning: reasoning.text } : {}),
    ...(content === "" ? {} : { text: content }),
    ...(tool_calls.length === 0
      ? {}
      : { tool_calls: tool_calls.map(({ name, args }) => ({ name, args })) }),
    ...(usage && hasTokens(usage) ? { usage: tokensOf(usage) } : {}),
  };
}

const hasTokens = (usage: Usage): boolean => Object.keys(tokensOf(usage)).length > 0;

/** A script has no money. */
function tokensOf({ cost_usd: _, ...tokens }: Usage): Partial<Usage> {
  return Object.fromEntries(Object.entries(tokens).filter(([, count]) => count > 0));
}
