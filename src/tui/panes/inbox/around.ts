// What stands around a question: the list, its place and what can be answered; and the room that is left for it.
import type { HumanRequest } from "../../../protocol/messages.ts";
import { type Keymap, keysOf } from "../../keys.ts";
import type { Shared } from "../../pane.ts";
import type { Line, Size } from "../../shapes.ts";
import { span, widthOfLine, wrap } from "../../text.ts";
import { describeRequestAction } from "../../world/actions.ts";
import { clip } from "../../world/clip.ts";
import { MAX_TEXT_LENGTH } from "../../world.ts";
import { keyFooter } from "../parts/bound.ts";
import { fieldLine } from "../parts/field.ts";
import type { PaneAction } from "../parts/keys.ts";
import { windowOf } from "../parts/list.ts";
import { elapsed, iconSpan, row, ruled, sessionTitle, shapes } from "../parts/words.ts";
import { choicesFor } from "./choices.ts";
import { type InboxState, isGuarded, type Shown } from "./state.ts";

/** The list gets at most this share of the rows. */
const LIST_SHARE = 4;
/** With less the question stands alone. */
const MIN_BODY_ROWS = 4;

export interface Around {
  above: readonly Line[];
  foot: readonly Line[];
  /** Of the question itself, beside its margin; one row below it says that there is more. */
  body: Size;
}

export function aroundOf(state: InboxState, shown: Shown, shared: Shared, size: Size): Around {
  const { columns } = size;
  const foot = footLines(state, shown, { columns, shared });
  const above = aboveLines(state, shared, { columns, rows: size.rows - foot.length - 1 });
  return {
    above,
    foot,
    body: { columns: columns - 2, rows: size.rows - above.length - foot.length - 1 },
  };
}

/** The key that reads on: the widest one where there are several. */
export function readingKey({ keymap }: Pick<Shared, "keymap">): string | undefined {
  const keys = keysOf(keymap, "inbox", "on");
  return keys.includes("space") ? "space" : keys[0];
}

/** The list and the place; of them only so much that what is decided has room. */
function aboveLines(state: InboxState, shared: Shared, { columns, rows }: Size): readonly Line[] {
  const height = Math.max(1, Math.floor(rows / LIST_SHARE));
  const [title = [], ...place] = state.shown
    ? placeLines(state.shown.request, shared, { columns, isScrolled: state.scroll > 0 })
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
  { session_id, deadline_at, kind, from_po, question }: HumanRequest,
  { world }: Shared,
  { columns, isScrolled }: { columns: number; isScrolled: boolean },
): readonly Line[] {
  const session = world.sessions.get(session_id);
  const parts = [
    session ? `session '${sessionTitle(session)}'` : `session ${session_id}`,
    ...(session && session.workspace !== "" ? [`in ${session.workspace}`] : []),
    ...(deadline_at === null ? [] : [`until ${deadline_at}`]),
  ];
  // The question itself has scrolled away, or a part of it: what it is about still stands there.
  const reminder = isScrolled ? `: ${clip(question, MAX_TEXT_LENGTH)}` : "";
  const where = wrap([span(parts.join(", "), "dim")], Math.max(1, columns - 2));
  return [
    ruled(`${kind} from ${from_po}${reminder}`, columns),
    ...where.map((one): Line => [span("  "), ...one]),
  ];
}

function footLines(
  state: InboxState,
  shown: Shown,
  { columns, shared }: { columns: number; shared: Shared },
): Line[] {
  const { request } = shown;
  if (state.sending.includes(request.request_id)) {
    return [[span("  sending …", "dim")], keyFooter(shared, "inbox", ["close"], columns)];
  }
  if (state.typing) {
    return [
      fieldLine(state.typing.field, columns),
      keyFooter(shared, "field", ["submit", "leave"], columns),
    ];
  }
  const isQuiet = isGuarded(state, shared.now);
  const keys: Line = isQuiet
    ? [span("a moment: keys count once this has been seen", "dim")]
    : keyFooter(shared, "inbox", footActions(shown), columns);
  return [...buttonLines(state, request, { columns, isQuiet, keymap: shared.keymap }), keys];
}

/** Where files are changed in more than one place, there is a way between them. */
const footActions = ({ body }: Shown): readonly PaneAction<"inbox">[] => {
  const changes = body.filter(({ isChange }) => isChange).length;
  const between = changes > 1 ? (["next_change", "whitespace"] as const) : [];
  return ["right", "press", "on", ...between, "down", "open", "close"];
};

/** Whole buttons, in as many rows as they need; dim while keys count for nothing. */
function buttonLines(
  state: InboxState,
  request: HumanRequest,
  { columns, isQuiet, keymap }: { columns: number; isQuiet: boolean; keymap: Keymap },
): Line[] {
  const rows: Line[] = [];
  for (const [index, { label, key }] of choicesFor(request).entries()) {
    const [bound] = typeof key === "string" ? keysOf(keymap, "inbox", key) : [];
    // That key is the one of whatever is marked.
    const isOther = key === "press" && index !== state.choice;
    const text = isOther || bound === undefined ? label : `${label} (${bound})`;
    const style = isQuiet ? "dim" : index === state.choice ? "selected" : "bold";
    const button = [span(" "), span(` ${text} `, style)];
    const row = rows.at(-1);
    if (row && widthOfLine([...row, ...button]) <= columns)
      rows[rows.length - 1] = [...row, ...button];
    else rows.push(button);
  }
  return rows;
}
