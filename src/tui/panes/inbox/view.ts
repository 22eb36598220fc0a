// How the inbox looks: what waits, the whole of the one that is selected, and what can be answered.
import type { Shared } from "../../pane.ts";
import type { Line, Size } from "../../shapes.ts";
import { span } from "../../text.ts";
import { keyFooter } from "../parts/bound.ts";
import { fill } from "../parts/list.ts";
import { pageOf } from "../parts/long-text.ts";
import { emptyText } from "../parts/words.ts";
import { aroundOf, readingKey } from "./around.ts";
import type { InboxState } from "./state.ts";
import { seen } from "./update.ts";

export function viewInbox(before: InboxState, shared: Shared, size: Size): readonly Line[] {
  const state = seen(before, shared);
  const { columns } = size;
  if (!state.shown) {
    const text = shared.world.isLoaded
      ? "Nothing waits for you. Questions and approvals of every agent come here, whichever session they are in."
      : "Asking the daemon what waits for you …";
    return fill(emptyText(text, columns), [keyFooter(shared, "inbox", ["close"], columns)], size);
  }
  const { above, foot, body: room } = aroundOf(state, state.shown, shared, size);
  const key = readingKey(shared);
  const page = pageOf(state.shown.body, state.scroll, room);
  const more: Line =
    page.left > 0
      ? [span(`  ↓ there is more${key === undefined ? "" : `: ${key} reads on`}`, "accent")]
      : [];
  const body = page.lines.map((one): Line => [span("  "), ...one]);
  const gap: Line[] = Array.from({ length: Math.max(0, room.rows - body.length) }, () => []);
  return fill([...above, ...body, ...gap, more], foot, size);
}
