// Handlers over the questions that wait for humans.
import { requireScope } from "../../protocol/commands/command.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Answer, HumanRequest } from "../../protocol/messages.ts";
import { PROVIDER_VARIABLES } from "../../protocol/variables.ts";
import { type Caller, callerName } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";
import { ruleOf } from "./rule.ts";

export function requestHandlers(
  context: HandlerContext,
): Pick<Handlers, "ListPendingRequests" | "RespondToRequest"> {
  const { views, sessions, services } = context;
  /** Requests that are being answered with a secret: only the winner's may reach the file. */
  const answering = new Set<string>();

  function openRequest(request_id: string): HumanRequest {
    const found = views.findRequest(request_id);
    if (!found) throw new JameyError("request_not_found", `Request not found: ${request_id}`);
    if (found.state === "open" && !answering.has(request_id)) return found.request;
    const message = `The request ${request_id} is already answered or closed.`;
    throw new JameyError("already_answered", message, { details: { request_id } });
  }

  return {
    ListPendingRequests: ({ session_id }) => ({ requests: views.listRequests(session_id) }),
    async RespondToRequest({ request_id, response }, caller) {
      requireMeans(response, caller);
      const request = openRequest(request_id);
      const { session_id } = request;
      const rule = ruleOf(request, response, { caller, context });
      const root = views.findSession(session_id)?.root_session_id ?? session_id;
      services.keyring.remember(root, caller.variables);
      const from = { caller: callerName(caller), causation_id: null };
      answering.add(request_id);
      try {
        // Kept before the event says so: a secret that cannot be kept leaves the question open.
        keepSecret(request, response, context);
        await sessions.take(session_id, { type: "respond", request_id, response }, from);
        // Only the winner's: a crash in between leaves the one call approved, and no rule.
        if (rule) await context.actor.take({ type: "rule_given", ...rule }, from);
      } finally {
        answering.delete(request_id);
      }
      return {};
    },
  };
}

/** An approval or a secret gives an agent what it did not have: as much as to run it oneself. */
function requireMeans(response: Answer, { scopes }: Caller): void {
  if (response.type === "secret") requireScope("To give a secret", "admin", scopes);
  else if (response.type === "decision" && response.decision === "approve") {
    requireScope("To approve", "admin", scopes);
  }
}

function keepSecret(request: HumanRequest, response: Answer, { services }: HandlerContext): void {
  if (request.kind !== "secret" || response.type !== "secret") return;
  const { keyring } = services;
  keyring.keep(secretName(request, keyring.has), response.value);
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
