// Handlers over the questions that wait for humans.
import { JameyError } from "../../protocol/errors.ts";
import { callerName } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";

export function requestHandlers(
  context: HandlerContext,
): Pick<Handlers, "ListPendingRequests" | "RespondToRequest"> {
  const { views, sessions, services } = context;
  return {
    ListPendingRequests: async ({ session_id }) => ({ requests: views.listRequests(session_id) }),
    async RespondToRequest({ request_id, response }, caller) {
      const found = views.findRequest(request_id);
      if (!found) throw new JameyError("request_not_found", `Request not found: ${request_id}`);
      if (found.state !== "open") {
        const message = `The request ${request_id} is already answered or closed.`;
        throw new JameyError("already_answered", message, { details: { request_id } });
      }
      const { session_id } = found.request;
      services.keyring.remember(session_id, caller.variables);
      await sessions
        .get(session_id)
        .take({ type: "respond", request_id, response }, {
          caller: callerName(caller),
          causation_id: null,
        });
      return {};
    },
  };
}
