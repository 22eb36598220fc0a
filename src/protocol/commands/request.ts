// Commands over the questions that wait for humans.
import { z } from "zod";
import { answer, humanRequest, id, orNull } from "../messages.ts";
import { command } from "./command.ts";

export const requestCommands = {
  ListPendingRequests: command({
    summary: "Every open question, approval and secret request of every object.",
    scope: "read",
    params: z.object({ session_id: orNull(id) }).prefault({}),
    reply: "RequestList",
    payload: z.object({ requests: z.array(humanRequest) }),
  }),
  RespondToRequest: command({
    summary:
      "Answer one. The first answer wins. To approve, or to give a secret, needs the scope admin.",
    scope: "chat",
    isHumanOnly: true,
    params: z.object({ request_id: id, response: answer }),
    reply: "Ok",
    payload: z.object({}),
  }),
} as const;
