// Who is connected: every interface, with since when.
import type { Pane } from "../pane.ts";
import { padText, span } from "../text.ts";
import { clip } from "../world/clip.ts";
import { keyFooter, paneAction } from "./parts/keys.ts";
import { current, fill, moveBy, stepOf, windowOf } from "./parts/list.ts";
import { ago, emptyText, iconSpan, pass, row, shapes, stay } from "./parts/words.ts";

export interface ConnectorsState {
  selected: string | null;
}

const TYPE_COLUMNS = 12;

export const connectorsPane: Pane<ConnectorsState> = {
  name: "connectors",
  title: "Connected",
  initial: { selected: null },
  update(state, input, { world }) {
    if (input.type !== "key") return pass(state);
    const action = paneAction("connectors", input.key.name);
    const step = stepOf(action);
    if (action === "close") return { ...stay(state), request: "close" };
    if (step === undefined) return pass(state);
    const ids = world.connectors.map(({ connector_id }) => connector_id);
    return stay({ selected: moveBy(ids, state.selected, step) });
  },
  view({ selected }, { world, now }, size) {
    const { columns, rows } = size;
    const foot = [keyFooter("connectors", ["down", "close"], columns)];
    const ids = world.connectors.map(({ connector_id }) => connector_id);
    const chosen = current(ids, selected);
    if (chosen === null) {
      const text =
        "Nobody is connected yet. `jamey serve --http` opens HTTP, `jamey mcp` a door for MCP hosts.";
      return fill(emptyText(text, columns), foot, size);
    }
    const lines = world.connectors.map(({ connector_id, connector_type, client, since }) => {
      const left = [
        iconSpan(shapes.working),
        span(padText(connector_type, TYPE_COLUMNS), "bold"),
        span(` ${clip(client, 64)}`),
        span(`  ${connector_id}`, "dim"),
      ];
      return row(left, ago(since, now), { columns, isSelected: connector_id === chosen });
    });
    return fill(windowOf(lines, ids.indexOf(chosen), rows - foot.length), foot, size);
  },
};
