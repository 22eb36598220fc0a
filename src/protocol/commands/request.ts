// Commands over the questions that wait for humans.
import { z } from "zod";
import { bytesOf } from "../decode.ts";
import { MAX_LIST_LENGTH } from "../limits.ts";
import { answer, type HumanRequest, humanRequest, id, orNull } from "../messages.ts";
import { command } from "./command.ts";

export const requestCommands = {
  ListPendingRequests: command({
    summary: "Every open question, approval and secret request of every object.",
    scope: "read",
    params: z.object({ session_id: orNull(id) }).prefault({}),
    reply: "RequestList",
    payload: z.object({
      requests: z.array(humanRequest),
      /** More are open than one reply takes: these are answered first, or one session is asked for. */
      left_off: z.number().int().positive().optional(),
    }),
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

/** As many as fit, the oldest first, each of them whole: what a human decides on is never shortened. */
export function fittingRequests(
  requests: readonly HumanRequest[],
  mostBytes: number,
): { requests: HumanRequest[]; left_off?: number } {
  let room = mostBytes;
  const fitting: HumanRequest[] = [];
  for (const request of requests) {
    const bytes = bytesOf(JSON.stringify(request), room) + 1;
    if (fitting.length === MAX_LIST_LENGTH || bytes > room) continue;
    fitting.push(request);
    room -= bytes;
  }
  const left_off = requests.length - fitting.length;
  return { requests: fitting, ...(left_off > 0 ? { left_off } : {}) };
}
