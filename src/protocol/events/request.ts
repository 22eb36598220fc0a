// Events of the questions that wait for humans. Stream: the session's that asks.
import { z } from "zod";
import { answer, humanRequest, id } from "../messages.ts";
import { event } from "./event.ts";

export const requestEvents = {
  HumanRequestQueued: event(1, "An object asks a human.", humanRequest),
  HumanRequestResponded: event(
    2,
    "A human answered; a secret is kept as `[secret]`.",
    z.object({ request_id: id, session_id: id, turn_id: id, response: answer }),
  ),
  HumanRequestExpired: event(
    1,
    "A question closed without an answer.",
    z.object({
      request_id: id,
      session_id: id,
      turn_id: id,
      /** `withdrawn`: the program that asked has ended, or wants it no more. */
      reason: z.enum(["deadline", "turn_ended", "withdrawn"]),
    }),
  ),
} as const;
