// What keys and replies make of the agents' pane.
import type { PaneRequest, PaneResult, Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { clip } from "../../world/clip.ts";
import { MAX_TAIL, MAX_TEXT_LENGTH, type TailLine } from "../../world.ts";
import { paneAction } from "../parts/bound.ts";
import { emptyField, type Field, fieldText, typeInto } from "../parts/field.ts";
import type { PaneAction } from "../parts/keys.ts";
import { moveBy, stepOf } from "../parts/list.ts";
import { pass, stay } from "../parts/words.ts";
import { type AgentRow, agentRows, rowOf, type Selected, selectedOf } from "./rows.ts";

export interface AgentsState {
  selected: Selected | null;
  isPeeking: boolean;
  isBusFiltered: boolean;
  reply: Field | null;
  /** The row that the reply goes to: it stays, whatever moves meanwhile. */
  replyTo: AgentRow | null;
  peeked: { session_id: string; tail: readonly TailLine[] } | null;
}

export const initialAgents: AgentsState = {
  selected: null,
  isPeeking: false,
  isBusFiltered: false,
  reply: null,
  replyTo: null,
  peeked: null,
};

type Result = PaneResult<AgentsState>;

export function updateAgents(state: AgentsState, input: Input, shared: Shared): Result {
  switch (input.type) {
    case "key":
      return state.reply
        ? typed(state, input, shared)
        : pressed(state, paneAction(shared, "agents", input.key.name), shared);
    case "paste":
      return state.reply ? typed(state, input, shared) : pass(state);
    case "mouse": {
      const step = { wheel_up: -1, wheel_down: 1, press: 0, release: 0, drag: 0 }[input.action];
      return step === 0 ? pass(state) : moved(state, step, shared);
    }
    case "replied":
      return stay(input.command === "GetSession" ? peekedAt(state, input.reply.session) : state);
    case "call_failed":
      return { ...stay(state), request: { notice: input.error.message } };
    default:
      return pass(state);
  }
}

function pressed(
  state: AgentsState,
  action: PaneAction<"agents"> | undefined,
  shared: Shared,
): Result {
  const step = stepOf(action);
  if (step !== undefined) return moved(state, step, shared);
  const chosen = chosenRow(state, shared);
  switch (action) {
    case "close":
      return { ...stay(state), request: "close" };
    case "bus":
      return stay({ ...state, isBusFiltered: !state.isBusFiltered });
    case "inbox":
      return { ...stay(state), request: { open_pane: "inbox" } };
    case "peek": {
      const next = { ...state, isPeeking: !state.isPeeking };
      return stay(next, peekEffects(next, shared));
    }
    case "open":
      return chosen ? { ...stay(state), request: openingOf(chosen) } : stay(state);
    case "reply":
      return chosen ? replying(state, chosen) : stay(state);
    default:
      return pass(state);
  }
}

const openingOf = ({ session, po_name }: AgentRow): PaneRequest =>
  session ? { open_session: session.session_id } : { talk_to: po_name };

function moved(state: AgentsState, step: number, shared: Shared): Result {
  const rows = agentRows(shared.world);
  const keys = rows.map(({ key }) => key);
  const key = moveBy(keys, rowOf(rows, state.selected)?.key ?? null, step);
  const row = rows.find((one) => one.key === key);
  const next = { ...state, selected: row ? selectedOf(row) : null };
  return stay(next, peekEffects(next, shared));
}

const chosenRow = ({ selected }: AgentsState, { world }: Shared): AgentRow | undefined =>
  rowOf(agentRows(world), selected);

/** An approval is decided where it is shown whole; everything else is a line of text. */
function replying(state: AgentsState, row: AgentRow): Result {
  const kind = row.request?.kind;
  if (kind === "approval" || kind === "secret") {
    return { ...stay(state), request: { open_pane: "inbox" } };
  }
  const label = kind === "question" ? `answer ${row.po_name}` : `to ${row.po_name}`;
  return stay({ ...state, reply: emptyField(label), replyTo: row });
}

function typed(state: AgentsState, input: Input, shared: Shared): Result {
  const { reply, replyTo } = state;
  const left = { ...state, reply: null, replyTo: null };
  if (!reply || !replyTo) return stay(left);
  const action = input.type === "key" ? paneAction(shared, "field", input.key.name) : undefined;
  if (action === "leave") return stay(left);
  if (action !== "submit") return stay({ ...state, reply: typeInto(reply, input) ?? reply });
  const text = fieldText(reply).trim();
  return text === "" ? stay(left) : stay(left, [sent(replyTo, text, shared.settings)]);
}

function sent(
  { request, session, po_name }: AgentRow,
  text: string,
  settings: Shared["settings"],
): Effect {
  if (request) {
    const response = { type: "answer", text } as const;
    const params = { request_id: request.request_id, response };
    return { type: "call", command: "RespondToRequest", params, purpose: "agents:answer" };
  }
  const delivery = session?.turn ? "steer" : "queue";
  const session_id = session?.session_id ?? null;
  const params = { po_name, message: text, session_id, delivery, settings } as const;
  return { type: "call", command: "SendMessage", params, purpose: "agents:send" };
}

/** What was said before this interface looked. */
function peekEffects(state: AgentsState, shared: Shared): readonly Effect[] {
  const session = chosenRow(state, shared)?.session;
  if (!state.isPeeking || !session || session.tail.length > 0) return [];
  const { session_id } = session;
  if (state.peeked?.session_id === session_id) return [];
  return [{ type: "call", command: "GetSession", params: { session_id }, purpose: "agents:peek" }];
}

interface Fetched {
  session_id: string;
  po_name: string;
  conversation: readonly { role: string; name: string | null; content: string }[];
}

function peekedAt(state: AgentsState, { session_id, po_name, conversation }: Fetched): AgentsState {
  const said = conversation.filter(({ content }) => content !== "").slice(-MAX_TAIL);
  const tail = said.map(({ role, name, content }) => ({
    who: clip(name ?? { user: "you", assistant: po_name }[role] ?? role, MAX_TEXT_LENGTH),
    text: clip(content, MAX_TEXT_LENGTH),
  }));
  return { ...state, peeked: { session_id, tail } };
}
