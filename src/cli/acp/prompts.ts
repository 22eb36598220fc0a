// One prompt of an editor: a turn that is shown as it goes, and whose questions are asked there.

import type { Link } from "../../client/link.ts";
import { runTurn, type TurnFrame } from "../../client/run.ts";
import type { Run } from "../../protocol/commands/session.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { HumanRequest } from "../../protocol/messages.ts";
import { messageOfPrompt } from "./content.ts";
import { modeRules } from "./modes.ts";
import type { Block } from "./params.ts";
import { answerOf, openQuestion, permissionOf } from "./permissions.ts";
import type { Fields, Peer } from "./rpc.ts";
import { chunk, createUpdates, type Updates } from "./updates.ts";

/** A session that the editor has open. */
export interface Open {
  session_id: string;
  link: Link;
  po_name: string;
  workspace: string;
  mode: string;
  /** The prompt that runs. */
  prompt: AbortController | undefined;
}

export interface Talking {
  peer: Peer;
  note(text: string): Promise<void>;
}

export const tellUpdate = ({ peer }: Pick<Talking, "peer">, sessionId: string, update: Fields) =>
  peer.notify("session/update", { sessionId, update });

export async function runPrompt(
  talking: Talking,
  one: Open,
  blocks: readonly Block[],
): Promise<object> {
  if (one.prompt) {
    throw new JameyError("conflict", "The session answers already: cancel that first.");
  }
  const said = messageOfPrompt(blocks);
  const abort = new AbortController();
  one.prompt = abort;
  const { session_id, po_name, link } = one;
  const updates = createUpdates(one);
  try {
    const rules = await modeRules(link, one.mode);
    const run = await runTurn(link, {
      message: { ...said, po_name, session_id, settings: { on_ask: "queue", rules } },
      signal_types: ["TextDelta", "ReasoningDelta"],
      signal: abort.signal,
      onFrame: (frame) => show(talking, one, updates, frame),
    });
    return { stopReason: stopReasonOf(run) };
  } finally {
    one.prompt = undefined;
  }
}

async function show(
  talking: Talking,
  one: Open,
  updates: Updates,
  frame: TurnFrame,
): Promise<void> {
  for (const update of updates.of(frame)) await tellUpdate(talking, one.session_id, update);
  if (frame.type !== "event" || frame.event.event_type !== "HumanRequestQueued") return;
  // Beside the stream, which would wait for the answer otherwise.
  const asking = askHuman(talking, one, frame.event.payload);
  asking.catch((thrown) => talking.note(`jamey: ${messageOf(thrown)}`));
}

async function askHuman(talking: Talking, one: Open, request: HumanRequest): Promise<void> {
  const { session_id: sessionId, workspace, link } = one;
  const permission = permissionOf(request, { sessionId, workspace });
  if (!permission) {
    for (const update of chunk("agent_message_chunk", openQuestion(request))) {
      await tellUpdate(talking, sessionId, update);
    }
    return;
  }
  const said = await talking.peer.request("session/request_permission", permission);
  const answer = answerOf(request, said);
  // Somebody else may have been faster.
  if (answer) await link.call("RespondToRequest", answer);
}

/** Why the turn ended, in the editor's words; what is none of these is an error. */
function stopReasonOf({ status, error }: Run): string {
  if (status === "completed") return "end_turn";
  if (status === "cancelled") return "cancelled";
  if (error?.code === "model_refused") return "refusal";
  if (error?.code === "limit_reached") {
    return error.details.limit === "output_tokens" ? "max_tokens" : "max_turn_requests";
  }
  throw new JameyError(error?.code ?? "internal", error?.message ?? "The turn failed.");
}
