// A turn as a script: what the models said in it and in the turns that it called, so that it plays again
// without them. Pure.
// Rules: 1. Each step names the object, the whole message that it answers and how many answers came before
//           it, so that sessions which ran at once cannot take each other's.
//        2. Longer messages stand first: a message that is part of another one's cannot be taken for it.
//        3. What was sent while the turn ran is sent by nobody when it plays again: the answers to it count as
//           further ones to the message before.
import { visitsIn } from "../core/session/visit.ts";
import type { Reply } from "../protocol/commands/index.ts";
import type { EventPayload, StoredRow } from "../protocol/events/index.ts";
import type { Usage } from "../protocol/messages.ts";

interface Step {
  object: string;
  when: string;
  after: number;
  /** From this call of the object on; only where an earlier one was answered differently. */
  visit?: number;
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
  // Of the sessions below only those that this turn called, by whatever way; callers stand before them.
  const called = new Set<string>();
  const visits = new Map<string, number>();
  const all = streams
    .map(inOrder)
    .toSorted(byBeginning)
    .flatMap((rows, index) => {
      const [first] = rows;
      if (first?.type !== "SessionCreated") return [];
      const { session_id, po_name, parent } = first.payload;
      const isRoot = index === 0;
      const isOurs = parent?.turn_id === turn_id || called.has(parent?.session_id ?? "");
      if (!isRoot && !isOurs) return [];
      if (!isRoot) called.add(session_id);
      for (const [call, count] of visitsOf(rows)) visits.set(call, count);
      const visit = isRoot ? 1 : (visits.get(parent?.call_id ?? "") ?? 1);
      const steps = stepsOf({ rows, po_name, turn_id: isRoot ? turn_id : null, warnings });
      return steps.map((step) => ({ step, visit }));
    });
  const kept = differing(all, warnings);
  const steps = kept
    .toSorted((left, right) => right.when.length - left.when.length)
    .slice(0, MAX_STEPS);
  if (kept.length > steps.length) {
    warnings.add(`Only ${MAX_STEPS} of ${kept.length} answers are kept.`);
  }
  const head = `# ${(name ?? "A recorded turn").replace(/\s+/g, " ")}: what the models said, as a script.\n`;
  const text =
    steps.length === 0 ? `${head}[]\n` : `${head}${Bun.YAML.stringify(steps, null, 2)}\n`;
  return { text, steps: steps.length, warnings: [...warnings] };
}

const inOrder = (stream: Iterable<StoredRow>): StoredRow[] => [...stream];

const byBeginning = ([left]: StoredRow[], [right]: StoredRow[]): number =>
  (left?.seq ?? 0) - (right?.seq ?? 0);

function visitsOf(rows: readonly StoredRow[]): [call_id: string, count: number][] {
  const said = rows.flatMap(({ type, payload }) => (type === "MessageAdded" ? [payload] : []));
  const turns = new Set(said.flatMap(({ turn_id }) => turn_id ?? []));
  return [...turns].flatMap((turn_id) => [...visitsIn(said, turn_id)]);
}

/** One step for each prompt; of an object that answered it differently later, one more from that call on. */
function differing(all: { step: Step; visit: number }[], warnings: Set<string>): Step[] {
  const kept = new Map<string, { step: Step; visit: number }[]>();
  for (const one of all.toSorted((left, right) => left.visit - right.visit)) {
    const key = JSON.stringify([one.step.object, one.step.when, one.step.after]);
    const there = kept.get(key) ?? [];
    const newest = there.at(-1);
    if (newest && Bun.deepEquals(newest.step, one.step)) continue;
    if (newest?.visit === one.visit) warnings.add(bothTimes(one.step.object));
    else kept.set(key, [...there, one]);
  }
  return [...kept.values()].flatMap((those) =>
    those.map(({ step, visit }, index) => (index === 0 ? step : withVisit(step, visit))),
  );
}

const withVisit = ({ object, when, after, ...said }: Step, visit: number): Step => ({
  object,
  when,
  after,
  visit,
  ...said,
});

const bothTimes = (object: string): string =>
  `'${object}' was sent the same message twice and answered differently, at the same place in two turns: the first answer plays both times.`;

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
  const steered = steeredIn(rows);
  const steps: Step[] = [];
  let when = "";
  let after = 0;
  for (const { type, payload } of rows) {
    if (type !== "MessageAdded") continue;
    if (payload.role === "user" && steered.has(payload.message_id)) {
      if (turn_id === null || payload.turn_id === turn_id) warnings.add(STEERED);
    } else if (payload.role === "user") {
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

/** What joined a turn that another message had begun. */
function steeredIn(rows: readonly StoredRow[]): Set<string> {
  const queued = new Set<string>();
  const begun = new Set<string>();
  const steered = new Set<string>();
  for (const { type, payload } of rows) {
    if (type === "MessageQueued") queued.add(payload.message_id);
    if (type !== "MessageAdded" || payload.role !== "user" || payload.turn_id === null) continue;
    if (begun.has(payload.turn_id) && queued.has(payload.message_id)) {
      steered.add(payload.message_id);
    }
    begun.add(payload.turn_id);
  }
  return steered;
}

const STEERED =
  "A message was sent while the turn ran: nobody sends it when the script plays, which may end earlier.";

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
