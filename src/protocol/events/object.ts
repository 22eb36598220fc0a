// Events of prompt objects. Stream: `object/<name>`.
import { z } from "zod";
import { name, poState } from "../messages.ts";
import { event, housekeeping } from "./event.ts";

export const objectEvents = {
  POLoaded: housekeeping(
    2,
    "An object is live, in this version, as this file of the folder objects/ holds it.",
    z.object({ po_name: name, hash: z.string(), file: z.string().nullable() }),
  ),
  POUnloaded: event(
    2,
    "An object is gone. Its sessions and its history stay.",
    z.object({
      po_name: name,
      author: z.string(),
      reason: z.string(),
      /** The name of its file in the trash, where jamey itself removed it. */
      kept_as: z.string().nullable(),
    }),
  ),
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
      /** SHA-256 of the text. */
      hash: z.string(),
      base_hash: z.string().nullable(),
      /** A caller, `disk`, or an object. */
      author: z.string(),
      reason: z.string(),
      /** The object's name until now, where it was renamed: its history goes on there. */
      former_name: name.optional(),
    }),
  ),
} as const;
