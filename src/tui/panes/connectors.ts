// Who is connected: every interface, with since when; those that objects opened can be closed here.
import type { Pane, PaneResult, Shared } from "../pane.ts";
import type { Input, Line } from "../shapes.ts";
import { padText, span } from "../text.ts";
import { clip } from "../world/clip.ts";
import { MAX_TEXT_LENGTH } from "../world.ts";
import { keyFooter, paneAction } from "./parts/bound.ts";
import { type AskedTwice, answerTwice } from "./parts/guard.ts";
import { current, fill, moveBy, stepOf, windowOf } from "./parts/list.ts";
import { ago, emptyText, iconSpan, pass, row, shapes, stay } from "./parts/words.ts";

export interface ConnectorsState {
  selected: string | null;
  /** Asked twice: who uses it is cut off. */
  stopping: ({ connector_id: string; url: string } & AskedTwice) | null;
}

const TYPE_COLUMNS = 12;

type Result = PaneResult<ConnectorsState>;

export const connectorsPane: Pane<ConnectorsState> = {
  name: "connectors",
  title: "Connected",
  initial: { selected: null, stopping: null },
  update(state, input, shared) {
    switch (input.type) {
      case "key":
        return state.stopping
          ? confirmed(state, state.stopping, input.key.name, shared)
          : pressed(state, input, shared);
      case "replied":
        return { ...stay(state), request: { notice: "It is closed." } };
      case "call_failed":
        return { ...stay(state), request: { notice: input.error.message } };
      default:
        return pass(state);
    }
  },
  view(state, shared, size) {
    const { columns, rows } = size;
    const chosen = chosenId(state, shared);
    const foot = footLines(state, shared, columns);
    if (chosen === null) {
      const text =
        "Nobody is connected yet. `jamey serve --http` opens HTTP, `jamey mcp` a door for MCP hosts.";
      return fill(emptyText(text, columns), foot, size);
    }
    const lines = [
      ...connectorLines(shared, chosen, columns),
      ...serverLines(shared, chosen, columns),
    ];
    return fill(windowOf(lines, idsOf(shared).indexOf(chosen), rows - foot.length), foot, size);
  },
};

const idsOf = ({ world }: Shared): readonly string[] =>
  [...world.connectors, ...world.servers].map(({ connector_id }) => connector_id);

const chosenId = ({ selected }: ConnectorsState, shared: Shared): string | null =>
  current(idsOf(shared), selected);

const chosenServer = (state: ConnectorsState, shared: Shared) =>
  shared.world.servers.find(({ connector_id }) => connector_id === chosenId(state, shared));

function pressed(
  state: ConnectorsState,
  { key }: Extract<Input, { type: "key" }>,
  shared: Shared,
): Result {
  const action = paneAction(shared, "connectors", key.name);
  const step = stepOf(action);
  if (action === "close") return { ...stay(state), request: "close" };
  if (step !== undefined) {
    return stay({ ...state, selected: moveBy(idsOf(shared), state.selected, step) });
  }
  if (action !== "stop") return pass(state);
  const server = chosenServer(state, shared);
  if (!server) {
    const notice = "Only what an object opened can be closed here.";
    return { ...stay(state), request: { notice } };
  }
  const { connector_id, url } = server;
  return stay({ ...state, stopping: { connector_id, url, times: 1, since: shared.now } });
}

function confirmed(
  state: ConnectorsState,
  stopping: NonNullable<ConnectorsState["stopping"]>,
  key: string,
  shared: Shared,
): Result {
  const answer = answerTwice(stopping, paneAction(shared, "confirm", key), shared.now);
  if (answer === "no") return stay({ ...state, stopping: null });
  if (answer !== "yes") return stay({ ...state, stopping: answer });
  const params = { connector_id: stopping.connector_id };
  return stay({ ...state, stopping: null }, [
    { type: "call", command: "StopConnector", params, purpose: "connectors:stop" },
  ]);
}

function footLines(state: ConnectorsState, shared: Shared, columns: number): Line[] {
  const { stopping } = state;
  if (stopping) {
    const what = `Close ${stopping.url} for good?`;
    const asked = stopping.times === 1 ? what : `Really? ${what}`;
    return [[span(asked, "bad")], keyFooter(shared, "confirm", ["yes", "no"], columns)];
  }
  return chosenServer(state, shared)
    ? [keyFooter(shared, "connectors", ["down", "stop", "close"], columns)]
    : [keyFooter(shared, "connectors", ["down", "close"], columns)];
}

const connectorLines = ({ world, now }: Shared, chosen: string, columns: number): Line[] =>
  world.connectors.map(({ connector_id, connector_type, client, since }) => {
    const left = [
      iconSpan(shapes.working),
      span(padText(connector_type, TYPE_COLUMNS), "bold"),
      // Most say what they are, and nothing else.
      ...(client === connector_type ? [] : [span(` ${clip(client, 64)}`)]),
      span(`  ${connector_id}`, "dim"),
    ];
    return row(left, ago(since, now), { columns, isSelected: connector_id === chosen });
  });

const serverLines = ({ world, now }: Shared, chosen: string, columns: number): Line[] =>
  world.servers.map(({ connector_id, po_name, url, problem, requests, spawned_at }) => {
    const about = problem === null ? `${requests} requests` : clip(problem, MAX_TEXT_LENGTH);
    const left = [
      iconSpan(problem === null ? shapes.working : shapes.failed),
      span(padText(clip(po_name, 64), TYPE_COLUMNS), "bold"),
      span(` ${clip(url, MAX_TEXT_LENGTH)}`, "link"),
      span(`  ${about}`, problem === null ? "dim" : "bad"),
    ];
    return row(left, ago(spawned_at, now), { columns, isSelected: connector_id === chosen });
  });
