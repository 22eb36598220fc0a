// Events that are not stored but read out of stored ones, so that no text is kept twice.
// They carry the seq of the row they come from.
import { z } from "zod";
import { at, id } from "../messages.ts";

export const derivedEvents = {
  BusEntry: {
    version: 1,
    summary: "One message on the bus: human, object or tool to human, object or tool. In full.",
    payload: z.object({
      from: z.string(),
      to: z.string(),
      message: z.string(),
      timestamp: at,
      session_id: id,
      message_id: id.nullable(),
    }),
    isHousekeeping: false,
  },
} as const;
