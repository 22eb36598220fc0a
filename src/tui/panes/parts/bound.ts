// Keys as they are bound now: what one means in a pane, and what a pane's last row says of them.
import { type Action, actionFor, type Keymap, keysOf } from "../../keys.ts";
import type { Line } from "../../shapes.ts";
import { cut, span, widthOfLine } from "../../text.ts";
import { type PaneAction, type PaneContext, type PaneKey, paneKeys } from "./keys.ts";

/** What a pane reads of everything that it shares. */
export interface Bound {
  keymap: Keymap;
}

export const paneAction = <In extends PaneContext>(
  { keymap }: Bound,
  context: In,
  key: string,
): Action<In> | undefined => actionFor(keymap, context, key);

/** As a footer writes it: its first key, or the sign that stands for keys which nobody bound anew. */
function shownKey<In extends PaneContext>(
  { keymap }: Bound,
  context: In,
  action: PaneAction<In>,
): string | undefined {
  const table: Readonly<Record<string, PaneKey>> = paneKeys[context];
  const { keys = [], shown } = table[action] ?? {};
  const bound = keysOf(keymap, context, action);
  const isAsShipped = keys.length === bound.length && keys.every((key) => bound.includes(key));
  return isAsShipped ? (shown ?? keys[0]) : bound[0];
}

/** `enter open · r reply · esc close`: as many as fit, and always the last one. What has no key is left out. */
export function keyFooter<In extends PaneContext>(
  bound: Bound,
  context: In,
  actions: readonly PaneAction<In>[],
  columns: number,
  /** What they do here, where that is said better than in general. */
  words: Partial<Record<PaneAction<In>, string>> = {},
): Line {
  const table: Readonly<Record<string, PaneKey>> = paneKeys[context];
  const hints = actions.flatMap((action): Line[] => {
    const key = shownKey(bound, context, action);
    if (key === undefined) return [];
    return [[span(key, "bold"), span(` ${words[action] ?? table[action]?.help ?? ""}`, "dim")]];
  });
  const last = hints.length - 1;
  for (let count = last; count > 0; count -= 1) {
    const whole = joined([...hints.slice(0, count), ...hints.slice(last)]);
    if (widthOfLine(whole) <= columns) return whole;
  }
  return cut(joined(hints.slice(last)), columns);
}

const joined = (hints: readonly Line[]): Line =>
  hints.flatMap((hint, index) => (index === 0 ? hint : [span(" · ", "dim"), ...hint]));
