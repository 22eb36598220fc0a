// Events of the interfaces that objects open themselves. Stream: `environment`.
import { z } from "zod";
import { id } from "../messages.ts";
import { spawnedServer } from "../spawned.ts";
import { event } from "./event.ts";

export const spawnedEvents = {
  ServerSpawned: event(
    1,
    "An object opened an interface of its own, gave it other routes, or got another name; each start opens it again.",
    spawnedServer,
  ),
  ServerClosed: event(
    1,
    "The interface is closed for good.",
    z.object({ connector_id: id, po_name: z.string(), reason: z.string() }),
  ),
} as const;
