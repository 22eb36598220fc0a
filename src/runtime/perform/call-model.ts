// Asks the model: streams its text as signals, and answers with the whole or with why there is none.
import type { EffectOf } from "../../core/effects.ts";
import type { ModelPart, ModelRequest, RequestMessage } from "../../core/model.ts";
import type { ModelAnswer, SessionOutcome } from "../../core/session/inputs.ts";
import { type AskedModel, askedModel } from "../../core/session/request.ts";
import type { Session } from "../../core/session/session.ts";
import { visitOf } from "../../core/session/visit.ts";
import type { TurnTool } from "../../protocol/agents.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import type { Message, ToolSpec } from "../../protocol/messages.ts";
import type { Services } from "../services.ts";
import type { SignalWriter } from "../signals.ts";
import { sessionStream } from "../store/journal.ts";
import { type Shown, showImages } from "./images.ts";
import type { Context, Performed } from "./index.ts";
import { objectSpec, workflowSpec } from "./object-tools.ts";
import { openWriter, silent } from "./writer.ts";

/** A turn that was revived waits this long for a caller to bring its key. */
const KEY_WAIT_MS = 30_000;
/** Everything in one answer, calls included, in UTF-16 units. */
const MAX_ANSWER_LENGTH = 4 * 1024 * 1024;

export async function callModel(
  effect: EffectOf<"call_model">,
  context: Context,
  services: Services,
): Performed {
  const state = context.state();
  const asked = askedModel(state, effect);
  const { turn, session } = state;
  if (!asked || !turn || !session) return undefined;
  await untilCounted(session, context.signal, services);
  if (context.signal.aborted) return undefined;
  const name = turn.agent.model;
  const { model, model_name } = await openWithKey(name, session, context.signal, services);
  const ids = { model: model_name, agent: turn.agent.po_name, ...placeOf(session, services) };
  const request = await requestOf(asked, ids, services);
  const key = {
    session_id: session.id,
    turn_id: effect.turn_id,
    message_id: effect.call_id,
    attempt: effect.attempt,
  };
  // A summary for the model itself is nothing that people watch grow.
  const isShown = effect.purpose === "answer";
  const writers: Writers = isShown
    ? {
        text: openWriter({ ...key, signal_type: "TextDelta" }, context.signal, services.signals),
        reasoning: openWriter(
          { ...key, signal_type: "ReasoningDelta" },
          context.signal,
          services.signals,
        ),
      }
    : { text: silent, reasoning: silent };
  try {
    const reading = createReading();
    for await (const part of model.stream(request, context.signal)) {
      const failed = take(reading, part, writers);
      if (failed) return { ...failed, call_id: effect.call_id, attempt: effect.attempt };
    }
    if (context.signal.aborted) return undefined;
    return answered(reading, effect, name, services);
  } finally {
    writers.text.close();
    writers.reasoning.close();
  }
}

/** All that this session has used so far counts for everybody above it: the budget is one for the whole tree. */
async function untilCounted(
  session: Session,
  signal: AbortSignal,
  { children, journal }: Services,
): Promise<void> {
  let at: Session | undefined = session;
  while (at?.parent) {
    await children.counted.until(at.id, journal.version(sessionStream(at.id)), signal);
    at = children.state(at.parent)?.session;
  }
}

/** Who is called also knows which call of its caller's turn it answers. */
function placeOf(
  { id, parent }: Session,
  { children }: Services,
): { session_id: string; visit?: number } {
  if (!parent) return { session_id: id };
  const caller = children.state(parent)?.session;
  return { session_id: id, visit: visitOf(parent, caller?.conversation ?? []) };
}

type Writers = { text: SignalWriter; reasoning: SignalWriter };

async function openWithKey(
  name: string,
  session: Pick<Session, "id" | "workspace" | "parent">,
  signal: AbortSignal,
  { models, keyring }: Services,
) {
  // Who speaks at the top of the tree pays for all of it.
  const payer = session.parent?.root_session_id ?? session.id;
  const open = async () =>
    await models.open(name, {
      variable: keyring.forSession(payer),
      folder: session.workspace,
    });
  try {
    return await open();
  } catch (thrown) {
    // After a restart the key may come with the client that reconnects: the one error worth a wait.
    if (!(thrown instanceof JameyError) || thrown.code !== "key_missing") throw thrown;
    await keyring.waitForCaller(payer, KEY_WAIT_MS, signal);
    return await open();
  }
}

async function requestOf(
  asked: AskedModel,
  ids: Pick<ModelRequest, "model" | "agent" | "visit"> & { session_id: string },
  services: Services,
): Promise<ModelRequest> {
  const { session_id, ...who } = ids;
  const shown = await showImages(asked.messages, session_id, services.sessionFiles);
  return {
    ...who,
    system: asked.system,
    messages: asked.messages.map((message, index) => requestMessage(message, shown[index])),
    tools: (await Promise.all(asked.tools.map((tool) => specOf(tool, services)))).flatMap(
      (spec) => spec ?? [],
    ),
    effort: asked.effort,
    max_output_tokens: asked.max_output_tokens,
  };
}

async function specOf(tool: TurnTool, services: Services): Promise<ToolSpec | undefined> {
  const { tools, catalog, workflows } = services;
  if (tool.client) return tool.client;
  if (tool.po_name === null) return tools.find(tool.name)?.spec;
  if (tool.workflow === undefined) return objectSpec(tool, catalog.get(tool.po_name));
  try {
    return workflowSpec(tool, await workflows.get(tool.workflow));
  } catch (thrown) {
    // Its file was broken since the turn began: it cannot be called, and the turn goes on.
    services.log.warn("workflow not offered", { workflow: tool.workflow, why: messageOf(thrown) });
    return undefined;
  }
}

function requestMessage(message: Message, shown: Shown | undefined): RequestMessage {
  return {
    // The system prompt is no message of the conversation; one that an import brought speaks as user.
    role: message.role === "system" ? "user" : message.role,
    content: shown?.content ?? message.content,
    name: message.name,
    tool_call_id: message.tool_call_id,
    tool_calls: message.tool_calls,
    reasoning: message.reasoning,
    images: shown?.images ?? [],
  };
}

interface Reading {
  text: string[];
  length: number;
  reasoning: string[];
  opaque: Extract<ModelPart, { type: "reasoning_opaque" }>["opaque"] | null;
  calls: ModelAnswer["tool_calls"];
  usage: Extract<ModelPart, { type: "usage" }>["usage"];
  end: ModelAnswer["reason"] | undefined;
}

function createReading(): Reading {
  return {
    text: [],
    length: 0,
    reasoning: [],
    opaque: null,
    calls: [],
    usage: { input_tokens: 0, output_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 },
    end: undefined,
  };
}

type Failed = Pick<
  Extract<SessionOutcome, { type: "model_failed" }>,
  "type" | "error" | "isRetryable" | "retryAfterMs"
>;

/** One part more; answers with the failure if this part is one. */
function take(reading: Reading, part: ModelPart, writers: Writers): Failed | undefined {
  reading.length += lengthOf(part);
  if (reading.length > MAX_ANSWER_LENGTH) return tooLong();
  switch (part.type) {
    case "text":
      reading.text.push(part.text);
      writers.text.write(part.text);
      return undefined;
    case "reasoning":
      reading.reasoning.push(part.text);
      writers.reasoning.write(part.text);
      return undefined;
    case "reasoning_opaque":
      reading.opaque = part.opaque;
      return undefined;
    case "tool_call":
      reading.calls.push({ name: part.name, args: part.args, problem: part.problem });
      return undefined;
    case "usage":
      reading.usage = part.usage;
      return undefined;
    case "end":
      reading.end = part.reason;
      return undefined;
    case "error": {
      const { code, message, retryable, retry_after_ms } = part;
      const error = { code, message, details: {} };
      return { type: "model_failed", error, isRetryable: retryable, retryAfterMs: retry_after_ms };
    }
  }
}

function lengthOf(part: ModelPart): number {
  if (part.type === "text" || part.type === "reasoning") return part.text.length;
  if (part.type === "tool_call") return part.name.length + JSON.stringify(part.args).length;
  return part.type === "reasoning_opaque" ? JSON.stringify(part.opaque).length : 0;
}

function tooLong(): Failed {
  const message = `The model's answer is longer than ${MAX_ANSWER_LENGTH} characters.`;
  const error = { code: "provider_bad_stream" as const, message, details: {} };
  return { type: "model_failed", error, isRetryable: false, retryAfterMs: undefined };
}

function answered(
  reading: Reading,
  { call_id, attempt }: EffectOf<"call_model">,
  model: string,
  { models }: Services,
): SessionOutcome {
  const { text, reasoning, opaque, calls, usage, end } = reading;
  if (end === undefined) {
    const message = `The stream of ${model} ended without saying why; nothing of it counts.`;
    const error = { code: "provider_bad_stream" as const, message, details: {} };
    const failed = { type: "model_failed" as const, call_id, attempt, error };
    return { ...failed, isRetryable: true, retryAfterMs: undefined };
  }
  const thought = reasoning.join("");
  const answer: ModelAnswer = {
    text: text.join(""),
    reasoning: thought || opaque ? { text: thought, opaque } : null,
    tool_calls: calls,
    usage: { ...usage, cost_usd: models.costOf(model, usage) },
    model,
    reason: end,
  };
  return { type: "model_answered", call_id, attempt, answer };
}
