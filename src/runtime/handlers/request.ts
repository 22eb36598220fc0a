// Handlers over the questions that wait for humans.

import type { SessionCommand } from "../../core/session/inputs.ts";
import { refusal } from "../../core/session/machine.ts";
import { requireScope } from "../../protocol/commands/command.ts";
import { fittingRequests } from "../../protocol/commands/request.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import { PROVIDER_VARIABLES } from "../../protocol/variables.ts";
import { type Caller, callerName } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";
import { ruleOf, settleRule } from "./rule.ts";

/** Of all that one list holds: one frame, with room for what is around it. */
const MAX_REQUESTS_BYTES = MAX_FRAME_BYTES - 64 * 1024;

export function requestHandlers(
  context: HandlerContext,
): Pick<Handlers, "ListPendingRequests" | "RespondToRequest"> {
  const { views, sessions, services } = context;
  const inTurn = createTurns();

  function openRequest(request_id: string): HumanRequest {
    const found = views.findRequest(request_id);
    if (!found) throw new JameyError("request_not_found", `Request not found: ${request_id}`);
    if (found.state === "open") return found.request;
    const message = `The request ${request_id} is already answered or closed.`;
    throw new JameyError("already_answered", message, { details: { request_id } });
  }

  async function respond(request_id: string, response: Answer, caller: Caller): Promise<void> {
    const request = openRequest(request_id);
    const { session_id } = request;
    const rule = ruleOf(request, response, { caller, context });
    const said = { type: "respond" as const, request_id, response };
    await requireAnswerable(session_id, said, context);
    const root = views.findSession(session_id)?.root_session_id ?? session_id;
    services.keyring.remember(root, caller.variables);
    const from = { caller: callerName(caller), causation_id: null };
    // Both are kept before the event says so: one that cannot be kept leaves the question open, and a crash in
    // between is mended by the next answer.
    const dropSecret = keepSecret(request, response, context);
    try {
      await settleRule(request_id, rule, { ...context, from });
      await sessions.take(session_id, said, from);
    } catch (thrown) {
      dropSecret();
      await settleRule(request_id, undefined, { ...context, from }).catch((failed: unknown) => {
        // It shows in `jamey rules list`, and the next answer takes it away.
        services.log.error("rule of a failed answer is kept", { reason: messageOf(failed) });
      });
      throw thrown;
    }
  }

  return {
    ListPendingRequests: ({ session_id }) =>
      fittingRequests(views.listRequests(session_id), MAX_REQUESTS_BYTES),
    async RespondToRequest({ request_id, response }, caller) {
      requireMeans(response, caller);
      await inTurn(request_id, () => respond(request_id, response, caller));
      return {};
    },
  };
}

/** Answers to one request one after the other: whoever comes second finds it answered, or still open. */
function createTurns(): (key: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work);
    const ended = mine.catch(() => undefined);
    last.set(key, ended);
    try {
      await mine;
    } finally {
      if (last.get(key) === ended) last.delete(key);
    }
  };
}

/** Refuses before anything is kept what the session would refuse. */
async function requireAnswerable(
  session_id: string,
  said: Extract<SessionCommand, { type: "respond" }>,
  { sessions, services }: HandlerContext,
): Promise<void> {
  const state = await sessions.open(session_id);
  const refused = state && refusal(state, { ...said, at: services.world.now() });
  if (refused) throw new JameyError(refused.code, refused.message, refused);
}

/** An approval or a secret gives an agent what it did not have: as much as to run it oneself. */
function requireMeans(response: Answer, { scopes }: Caller): void {
  if (response.type === "secret") requireScope("To give a secret", "admin", scopes);
  else if (response.type === "decision" && response.decision === "approve") {
    requireScope("To approve", "admin", scopes);
  }
}

/** Gives what takes it away again, as long as the answer may fail. */
function keepSecret(
  request: HumanRequest,
  response: Answer,
  { services }: HandlerContext,
): () => void {
  if (request.kind !== "secret" || response.type !== "secret") return () => undefined;
  const { keyring, log } = services;
  const name = secretName(request, (one) => keyring.hasOther(one, response.value));
  keyring.keep(name, response.value);
  return () => {
    try {
      keyring.drop(name);
    } catch (thrown) {
      log.error("secret of a failed answer is kept", { name, reason: messageOf(thrown) });
    }
  };
}

/**
 * The name that the agent asked for, where it is one that a new secret may have; else one of its own:
 * what a human wrote is never replaced, and no agent chooses which key or address we use.
 */
function secretName(
  { request_id, tool_call }: HumanRequest,
  isTaken: (name: string) => boolean,
): string {
  const args = tool_call?.args;
  const fields = args !== null && typeof args === "object" && !Array.isArray(args) ? args : {};
  const { name } = fields;
  const isName = typeof name === "string" && /^[A-Z][A-Z0-9_]{0,63}$/.test(name);
  const isOurs = isName && (PROVIDER_VARIABLES.includes(name) || name.startsWith("JAMEY_"));
  return isName && !isOurs && !isTaken(name) ? name : `SECRET_${request_id}`;
}
