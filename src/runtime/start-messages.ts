// The messages that objects want to be sent once at each start of the daemon, each to a session of its own.
import type { Caller } from "./caller.ts";
import type { ObjectDefinition } from "./environment/object-file.ts";
import type { Handle } from "./handle.ts";
import type { Log } from "./log.ts";
import { maySpawn } from "./spawned.ts";

/** For who opens interfaces and names no message of its own. */
const START_MESSAGE =
  "The environment has started. Do what your instructions say for the startup, such as opening your server.";

/** Resolves when all are accepted; one that is not is reported and holds up nobody. */
export async function sendStartMessages(options: {
  objects: Pick<ObjectDefinition, "name" | "on_start" | "capabilities">[];
  /** Names this one start. */
  key: string;
  caller: Caller;
  handle: Handle;
  log: Log;
}): Promise<void> {
  const { objects, key, caller, handle, log } = options;
  for (const { name: po_name, on_start, capabilities } of objects) {
    const message = on_start ?? (maySpawn(capabilities) ? START_MESSAGE : null);
    if (message === null) continue;
    const payload = { po_name, message, session_id: null, message_key: `${key}:${po_name}` };
    const answer = await handle({ type: "SendMessage", payload }, caller);
    if (!answer.ok) log.error("on_start not sent", { po: po_name, reason: answer.payload.message });
  }
}
