// Questions of agents put to the human in front of the host, where the host can show a form.
//
// Rules: 1. Questions, and approvals with the whole of the call in front of the human; never a secret: what is
//           typed into a host's form passes through the host.
//        2. What comes back is from outside. It counts only with the state that was sent along: signed, bound to
//           the caller, short-lived, and of this very call: its tool and its arguments.
//        3. An approval carries the hash of the call that was shown.
import { createHash } from "node:crypto";
import type {
  InputRequiredResult,
  RequestStateCodec,
  ServerContext,
} from "@modelcontextprotocol/server";
import type { Params } from "../../../protocol/commands/index.ts";
import { JameyError } from "../../../protocol/errors.ts";
import { isObject } from "../../../protocol/json.ts";
import type { HumanForm } from "../../../protocol/mcp.ts";
import type { HumanRequest } from "../../../protocol/messages.ts";
import type { Caller } from "../../caller.ts";

type Sdk = typeof import("@modelcontextprotocol/server");

/** A form that is longer is not read. UTF-16 units. */
const MAX_FORM_LENGTH = 8_000;
/** How long a human may take, in seconds. */
export const STATE_SECONDS = 3_600;
const KEY = "jamey";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

/** Where a call stands that waits for a human. */
export interface CallState {
  turn_id: string;
  request_id: string;
  /** Of the call that was shown for approval; null: it was a question. */
  hash: string | null;
}

/** One call of a tool, as far as its human is concerned. */
export interface AskingCall {
  context: ServerContext;
  /** Of its tool and its arguments: what is carried for it counts for no other. */
  fingerprint: string;
}

/** What the human said: an answer for the door, `later` to leave it open, undefined: nothing was asked. */
export type HumanSaid =
  | { type: "answer"; params: Params<"RespondToRequest"> }
  | { type: "later" }
  | undefined;

export interface Humans {
  /** Whether this request can be put to the human of this host. */
  mayAsk(request: HumanRequest, context: ServerContext, caller: Caller): boolean;
  ask(request: HumanRequest, turn_id: string, call: AskingCall): Promise<InputRequiredResult>;
  /** The state that came back, its signature verified before the tool was called. Throws for that of another call. */
  stateOf(call: AskingCall): CallState | undefined;
  read(state: CallState, context: ServerContext): HumanSaid;
}

export function createHumans(
  { inputRequired, inputResponse }: Pick<Sdk, "inputRequired" | "inputResponse">,
  codec: RequestStateCodec<unknown>,
  /** What the host said at the handshake that it can do; undefined where each call says so itself. */
  atHandshake: () => unknown,
): Humans {
  return {
    mayAsk(request, context, caller) {
      if (request.kind === "secret" || textOf(request).length > MAX_FORM_LENGTH) return false;
      if (request.kind === "approval" && !caller.scopes.includes("admin")) return false;
      return caller.isHuman && hasForms(saidWith(context) ?? atHandshake());
    },
    async ask(request, turn_id, { context, fingerprint }) {
      const { request_id, kind } = request;
      const hash = kind === "approval" ? request.hash : null;
      const state = { turn_id, request_id, hash, fingerprint };
      return inputRequired({
        inputRequests: { [KEY]: inputRequired.elicit(formOf(request)) },
        requestState: await codec.mint(state, context),
      });
    },
    stateOf({ context, fingerprint }) {
      const carried: unknown = context.mcpReq.requestState();
      if (carried === undefined) return undefined;
      const state = isObject(carried) && carried.fingerprint === fingerprint && readState(carried);
      if (state) return state;
      throw new JameyError(
        "invalid_request",
        "This requestState belongs to another call: send back each with the very call that it was given for.",
      );
    },
    read(state, context) {
      const view = inputResponse(context.mcpReq.inputResponses, KEY);
      if (view.kind !== "elicit") return undefined;
      if (view.action === "cancel") return { type: "later" };
      const params = answerOf(state, view.action === "accept" ? view.content : undefined);
      return params ? { type: "answer", params } : { type: "later" };
    },
  };
}

/** What the call itself says that its host can do. */
function saidWith({ mcpReq }: ServerContext): unknown {
  const { envelope } = mcpReq;
  return isObject(envelope) ? envelope[CAPABILITIES] : undefined;
}

/** Declared without a mode, it means forms. */
function hasForms(capabilities: unknown): boolean {
  const elicitation = isObject(capabilities) ? capabilities.elicitation : undefined;
  if (!isObject(elicitation)) return false;
  return Object.keys(elicitation).length === 0 || isObject(elicitation.form);
}

/** The arguments are as the tool's schema has read them, so in its order. */
export function fingerprintOf(tool: string, args: unknown): string {
  // The bridge gives each delivery a key of its own: it is nothing of what was asked.
  const { message_key: _delivery, ...asked } = isObject(args) ? args : {};
  return createHash("sha256")
    .update(JSON.stringify([tool, asked]))
    .digest("hex");
}

function readState(state: Record<string, unknown>): CallState | undefined {
  const { turn_id, request_id, hash } = state;
  if (typeof turn_id !== "string" || typeof request_id !== "string") return undefined;
  return { turn_id, request_id, hash: typeof hash === "string" ? hash : null };
}

/** A refused approval is a denial; a refused question stays open for somebody else. */
function answerOf(
  { request_id, hash }: CallState,
  content: unknown,
): Params<"RespondToRequest"> | undefined {
  const given = isObject(content) ? content : undefined;
  if (hash !== null) {
    const decision = given?.decision === "approve" ? "approve" : "deny";
    const reason = typeof given?.reason === "string" && given.reason !== "" ? given.reason : null;
    return { request_id, response: { type: "decision", decision, hash, scope: "once", reason } };
  }
  if (typeof given?.answer !== "string" || given.answer === "") return undefined;
  return { request_id, response: { type: "answer", text: given.answer } };
}

function textOf({ from_po, question, kind, tool_call, options }: HumanRequest): string {
  const call =
    kind === "approval" && tool_call
      ? `\n\n${tool_call.name} ${JSON.stringify(tool_call.args, null, 2)}`
      : "";
  const choices = options.length > 0 ? `\n\n${options.map((one) => `- ${one}`).join("\n")}` : "";
  const head =
    kind === "approval" && tool_call ? `'${from_po}' wants to run this:` : `'${from_po}' asks:`;
  return `${head} ${question}${call}${choices}`;
}

function formOf(request: HumanRequest): HumanForm {
  const message = textOf(request);
  if (request.kind !== "approval") {
    const properties = { answer: { type: "string" as const, title: "Answer" } };
    return { message, requestedSchema: { type: "object", properties, required: ["answer"] } };
  }
  return {
    message,
    requestedSchema: {
      type: "object",
      properties: {
        decision: { type: "string", title: "Decision", enum: ["approve", "deny"] },
        reason: { type: "string", title: "Why it is denied" },
      },
      required: ["decision"],
    },
  };
}
