// Tokens and money: what running turns may still use, and what was used, summed up by one thing or another.
import type { Reply } from "../../protocol/commands/index.ts";
import type { UsageBy } from "../../protocol/messages.ts";
import type { Pane, PaneResult, Shared } from "../pane.ts";
import type { Effect, Input, Line, Size, Style } from "../shapes.ts";
import { padText, shorten, span } from "../text.ts";
import { clip } from "../world/clip.ts";
import type { TurnEntry } from "../world.ts";
import { keyFooter, paneAction } from "./parts/bound.ts";
import { current, fill, moveBy, stepOf, windowOf } from "./parts/list.ts";
import { emptyText, heading, money, pass, row, ruled, stay, tokens } from "./parts/words.ts";

const sums = ["object", "session", "tree", "model", "day"] as const satisfies readonly UsageBy[];

export interface UsageState {
  by: UsageBy;
  selected: string | null;
  reply: { by: UsageBy; usage: Reply<"GetUsage"> } | null;
  /** What was asked last, and at which sum: it is asked again when that has grown. */
  asked: string;
}

export const usagePane: Pane<UsageState> = {
  name: "usage",
  title: "Tokens and money",
  initial: { by: "object", selected: null, reply: null, asked: "" },
  update(state, input, shared) {
    const result = taken(state, input, shared);
    const asked = `${result.state.by} ${JSON.stringify(shared.world.usage?.total ?? null)}`;
    if (!shared.isFocused || asked === result.state.asked) return result;
    const effects = [...result.effects, asking(result.state.by)];
    return { ...result, state: { ...result.state, asked }, effects };
  },
  view: viewUsage,
};

const asking = (by: UsageBy): Effect => ({
  type: "call",
  command: "GetUsage",
  params: { by },
  purpose: `usage:${by}`,
});

function taken(state: UsageState, input: Input, shared: Shared): PaneResult<UsageState> {
  if (input.type === "replied" && input.command === "GetUsage") {
    const by = sums.find((one) => input.purpose === `usage:${one}`) ?? state.by;
    return stay({ ...state, reply: { by, usage: input.reply } });
  }
  if (input.type === "call_failed") {
    return { ...stay(state), request: { notice: input.error.message } };
  }
  if (input.type !== "key") return pass(state);
  const action = paneAction(shared, "usage", input.key.name);
  const step = stepOf(action);
  if (step !== undefined) {
    const keys = state.reply?.usage.groups.map(({ key }) => key) ?? [];
    return stay({ ...state, selected: moveBy(keys, state.selected, step) });
  }
  if (action === "close") return { ...stay(state), request: "close" };
  if (action !== "next" && action !== "previous") return pass(state);
  const to = sums.indexOf(state.by) + (action === "next" ? 1 : sums.length - 1);
  return stay({ ...state, by: sums[to % sums.length] ?? "object", selected: null });
}

function viewUsage(state: UsageState, shared: Shared, size: Size): readonly Line[] {
  const { columns, rows } = size;
  const foot = [keyFooter(shared, "usage", ["next", "down", "close"], columns)];
  const running = budgetLines(shared, columns);
  const usage = state.reply?.by === state.by ? state.reply.usage : null;
  const titles = sums.map((by) => (by === state.by ? `[${by}]` : ` ${by} `)).join(" ");
  const head = [...running, ruled(`by ${titles}`, columns)];
  if (!usage) return fill([...head, [span("Asking the daemon …", "dim")]], foot, size);
  if (usage.groups.length === 0) {
    const text = "Nothing was used yet: the first answer of a model shows here.";
    return fill([...head, ...emptyText(text, columns)], foot, size);
  }
  const selected = current(
    usage.groups.map(({ key }) => key),
    state.selected,
  );
  const lines = usage.groups.map(({ key, label, calls, usage: used }) => {
    const name = clip(label ?? key, 60);
    const right = `${calls} ${calls === 1 ? "call" : "calls"}  ${tokens(used.input_tokens)} in  ${tokens(used.output_tokens)} out  ${money(used.cost_usd).padStart(7)}`;
    return row([span(name)], right, { columns, isSelected: key === selected });
  });
  const { total } = usage;
  const sum = `${tokens(total.input_tokens)} in  ${tokens(total.output_tokens)} out  ${money(total.cost_usd).padStart(7)}`;
  const room = Math.max(0, rows - foot.length - head.length - 1);
  const at = usage.groups.findIndex(({ key }) => key === selected);
  const last = row([span("all", "bold")], sum, { columns, isSelected: false });
  return fill([...head, ...windowOf(lines, at, room), last], foot, size);
}

const BAR_COLUMNS = 12;
/** From this share of a budget on it is said loudly. */
const LOUD_SHARE = 0.8;

function budgetLines({ world }: Shared, columns: number): Line[] {
  const running = [...world.sessions.values()].flatMap(({ turn, po_name }) =>
    turn ? [{ turn, po_name }] : [],
  );
  if (running.length === 0) return [];
  const lines = running.map(({ turn, po_name }) => {
    const { share, text } = spent(turn);
    const full = Math.round(Math.min(1, share) * BAR_COLUMNS);
    const style: Style = share >= LOUD_SHARE ? "bad" : "good";
    const bar = [span("█".repeat(full), style), span("░".repeat(BAR_COLUMNS - full), "dim")];
    const left = [span(`${padText(shorten(po_name, 16), 16)} `, "bold"), ...bar, span(`  ${text}`)];
    return row(left, "", { columns, isSelected: false });
  });
  return [heading("RUNNING TURNS AND THEIR BUDGETS"), ...lines];
}

/** The budget that is nearest to its end. */
function spent(turn: TurnEntry): { share: number; text: string } {
  const { used, max_cost_usd, max_tokens, max_model_calls, model_calls } = turn;
  const all = used.input_tokens + used.output_tokens;
  const budgets = [
    { share: model_calls / max_model_calls, text: `${model_calls}/${max_model_calls} model calls` },
    ...(max_tokens === null
      ? []
      : [{ share: all / max_tokens, text: `${tokens(all)}/${tokens(max_tokens)} tokens` }]),
    ...(max_cost_usd === null
      ? []
      : [
          {
            share: (used.cost_usd ?? 0) / max_cost_usd,
            text: `${money(used.cost_usd)}/${money(max_cost_usd)}`,
          },
        ]),
  ];
  return budgets.reduce((most, one) => (one.share > most.share ? one : most));
}
