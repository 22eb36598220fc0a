// Events of prompt objects. Stream: `object/<name>`.
import { z } from "zod";
import { name, poState } from "../messages.ts";
import { event, housekeeping } from "./event.ts";

export const objectEvents = {
  POLoaded: housekeeping(1, "An object is live.", z.object({ po_name: name, hash: z.string() })),
  POUnloaded: housekeeping(1, "An object is gone.", z.object({ po_name: name })),
  POStateChanged: housekeeping(
    1,
    "Waiting if any of its sessions waits for a human, else working, else idle.",
    z.object({ po_name: name, old_state: poState, new_state: poState }),
  ),
  POModified: event(
    1,
    "The text of an object changed.",
    z.object({
      po_name: name,
      text: z.string(),
      hash: z.string(),
      base_hash: z.string().nullable(),
      author: z.string(),
      reason: z.string(),
    }),
  ),
} as const;
