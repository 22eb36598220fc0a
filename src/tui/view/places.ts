// How much room the parts of the present state want, and where they stand for it. Update asks the same, to
// know what a click or a page means.
import { type ComposerView, viewComposer } from "../composer/index.ts";
import { keysOf } from "../keys.ts";
import { type Areas, areasOf, isTooSmall, maxComposerRows } from "../layout.ts";
import type { Rectangle, Size } from "../shapes.ts";
import type { State } from "../state.ts";
import { callerOf } from "../state-questions.ts";
import { queueLines } from "./around.ts";

export const placedAreas = (state: State, size: Size): Areas => placed(state, size).areas;

/** What is typed, too: where everything else stands depends on its rows. */
export function placed(state: State, size: Size): { areas: Areas; composer: ComposerView } {
  const room = { columns: size.columns, rows: maxComposerRows(size) };
  const [scopeKey] = keysOf(state.keymap, "composer", "search_scope");
  const hint = composerHint(state);
  // Most frames come while nobody types.
  const composer = state.conversation.memo.of(
    state.composer,
    `composer ${room.columns} ${room.rows} ${hint}`,
    () => viewComposer(state.composer, room, scopeKey, hint),
  );
  const areas = areasOf(size, {
    hasBanner: state.link.type !== "up",
    queueRows: queueLines(state, size.columns).length,
    composerRows: composer.lines.length,
    isCovered: state.open !== null,
    isWhole: state.panes.some(({ name, isWhole }) => isWhole && name === state.open),
  });
  return { areas, composer };
}

/** What can be said where saying it does not what it usually does; undefined: as usual. */
function composerHint(state: State): string | undefined {
  if (callerOf(state) !== null) {
    const [key = "/caller"] = keysOf(state.keymap, "everywhere", "caller");
    return `Read only: ${state.po_name} was called here. ${key} goes back.`;
  }
  if (state.focus === "conversation") {
    const keys = keysOf(state.keymap, "conversation", "leave").slice(0, 2);
    if (keys.length > 0) return `Keys read the conversation now: ${keys.join(" or ")} to write.`;
  }
  const isRun = state.session?.facts?.agent_mode === "workflow";
  return isRun ? "What you say here begins another run of the workflow." : undefined;
}

/** Rows of the palette and of the key help, the rule above them included. */
const MAX_OVERLAY_ROWS = 24;

/** Room for what lies over the conversation, between its rules and its margins. */
export const overlaySize = ({ columns, rows }: Size): Size => ({
  columns: columns - 4,
  // Its rules stand above and below; where it fills the conversation, the one of the composer is enough.
  rows: Math.min(MAX_OVERLAY_ROWS, rows) - 1,
});

/** Text never touches the border of the terminal. */
export const paneSize = ({ columns, rows }: Size): Size => ({ columns: columns - 2, rows });

/** What the pane that is open has of the screen; null where nothing of it is drawn. */
export function openPaneSize(state: State): Size | null {
  const isCovered = state.overlay !== null || isTooSmall(state.size);
  return isCovered ? null : paneSize(placedAreas(state, state.size).main);
}

/** Where the conversation stands, whether or not a pane covers it. */
export const conversationArea = (state: State): Rectangle =>
  placedAreas({ ...state, open: null }, state.size).main;
