// How the inbox looks: what waits, the whole of the one that is selected, and what can be answered.
import type { HumanRequest } from "../../../protocol/messages.ts";
import type { Shared } from "../../pane.ts";
import type { Line, Size } from "../../shapes.ts";
import { span, widthOfLine, wrap } from "../../text.ts";
import { describeRequestAction } from "../../world/actions.ts";
import { fieldLine } from "../parts/field.ts";
import { keyFooter } from "../parts/keys.ts";
import { fill, windowOf } from "../parts/list.ts";
import { pageOf } from "../parts/long-text.ts";
import { elapsed, emptyText, iconSpan, row, ruled, sessionTitle, shapes } from "../parts/words.ts";
import { choicesFor } from "./choices.ts";
import { type InboxState, isGuarded, type Shown, seen } from "./update.ts";

/** The list gets at most this share of the rows. */
const LIST_SHARE = 4;
/** With less the question stands alone. */
const MIN_BODY_ROWS = 4;

export function viewInbox(before: InboxState, shared: Shared, size: Size): readonly Line[] {
  const state = seen(before, shared);
  const { columns } = size;
  if (!state.shown) {
    const text = shared.world.isLoaded
      ? "Nothing waits for you. Questions and approvals of every agent come here, whichever session they are in."
      : "Asking the daemon what waits for you …";
    return fill(emptyText(text, columns), [keyFooter("inbox", ["close"], columns)], size);
  }
  const foot = footLines(state, state.shown, { columns, now: shared.now });
  const around = aroundLines(state, shared, { columns, rows: size.rows - foot.length - 1 });
  const rows = size.rows - around.length - foot.length - 1;
  const page = pageOf(state.shown.body, state.scroll, { columns: columns - 2, rows });
  const more: Line = page.left > 0 ? [span("  ↓ there is more: space reads on", "accent")] : [];
  const body = page.lines.map((one): Line => [span("  "), ...one]);
  const gap: Line[] = Array.from({ length: Math.max(0, rows - body.length) }, () => []);
  return fill([...around, ...body, ...gap, more], foot, size);
}

/** The list and the place; of them only so much that what is decided has room. */
function aroundLines(state: InboxState, shared: Shared, { columns, rows }: Size): readonly Line[] {
  const height = Math.max(1, Math.floor(rows / LIST_SHARE));
  const [title = [], ...place] = state.shown
    ? placeLines(state.shown.request, shared, columns)
    : [];
  const all = [...listLines(state, shared, { columns, height }), title, ...place];
  return rows - all.length < MIN_BODY_ROWS ? [title] : all;
}

function listLines(
  { shown }: InboxState,
  { world, now }: Shared,
  { columns, height }: { columns: number; height: number },
): readonly Line[] {
  const selected = world.requests.findIndex(
    ({ request_id }) => request_id === shown?.request.request_id,
  );
  const rows = world.requests.map((request, index) => {
    const left = [
      iconSpan(shapes[request.kind]),
      span(`${request.from_po}  `, "bold"),
      span(describeRequestAction(request), "dim"),
    ];
    return row(left, elapsed(request.created_at, now), { columns, isSelected: index === selected });
  });
  return windowOf(rows, selected, height);
}

function placeLines(
  { session_id, deadline_at, kind, from_po }: HumanRequest,
  { world }: Shared,
  columns: number,
): readonly Line[] {
  const session = world.sessions.get(session_id);
  const parts = [
    session ? `session '${sessionTitle(session)}'` : `session ${session_id}`,
    ...(session && session.workspace !== "" ? [`in ${session.workspace}`] : []),
    ...(deadline_at === null ? [] : [`until ${deadline_at}`]),
  ];
  const where = wrap([span(parts.join(", "), "dim")], Math.max(1, columns - 2));
  return [
    ruled(`${kind} from ${from_po}`, columns),
    ...where.map((one): Line => [span("  "), ...one]),
  ];
}

function footLines(
  state: InboxState,
  { request }: Shown,
  { columns, now }: { columns: number; now: number },
): Line[] {
  if (state.sending.includes(request.request_id)) {
    return [[span("  sending …", "dim")], keyFooter("inbox", ["close"], columns)];
  }
  if (state.typing) {
    return [
      fieldLine(state.typing.field, columns),
      keyFooter("field", ["submit", "leave"], columns),
    ];
  }
  const isQuiet = isGuarded(state, now);
  const keys: Line = isQuiet
    ? [span("a moment: keys count once this has been seen", "dim")]
    : keyFooter("inbox", ["right", "press", "on", "down", "open", "close"], columns);
  return [...buttonLines(state, request, { columns, isQuiet }), keys];
}

/** Whole buttons, in as many rows as they need; dim while keys count for nothing. */
function buttonLines(
  state: InboxState,
  request: HumanRequest,
  { columns, isQuiet }: { columns: number; isQuiet: boolean },
): Line[] {
  const rows: Line[] = [];
  for (const [index, { label, key }] of choicesFor(request).entries()) {
    const text = key === "enter" || key === label ? label : `${label} (${key})`;
    const style = isQuiet ? "dim" : index === state.choice ? "selected" : "bold";
    const button = [span(" "), span(` ${text} `, style)];
    const row = rows.at(-1);
    if (row && widthOfLine([...row, ...button]) <= columns)
      rows[rows.length - 1] = [...row, ...button];
    else rows.push(button);
  }
  return rows;
}
