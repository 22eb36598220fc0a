// A real call to the model that was chosen, with the key that is not kept yet, in a session that leaves nothing.
import { type Connection, openConnection } from "../../client/connection.ts";
import type { DaemonOptions } from "../../client/daemon.ts";
import type { Run } from "../../protocol/commands/session.ts";
import { type ErrorBody, JameyError } from "../../protocol/errors.ts";
import type { Choice } from "./choice.ts";

/** A server that loads its model first may be slow. Milliseconds. */
const TRY_TIMEOUT_MS = 120_000;
/** Enough for a model that thinks before it says two letters. */
const MAX_TRY_TOKENS = 4_000;

export type Trial =
  | { ok: true; answer: string; duration_ms: number }
  | { ok: false; error: ErrorBody };

export async function tryModel(options: DaemonOptions, choice: Choice): Promise<Trial> {
  const { introduction, places } = options;
  const connection = await openConnection(
    { socket: places.socket },
    { ...introduction, variables: { ...introduction.variables, ...variablesOf(choice) } },
  );
  try {
    const run = await ask(connection, choice.model);
    if (run.status === "completed" && run.error === null) {
      return { ok: true, answer: run.response.trim(), duration_ms: run.duration_ms };
    }
    const message = `${choice.model} did not answer (${run.stop_reason ?? run.status}).`;
    return { ok: false, error: run.error ?? { code: "empty_answer", message, details: {} } };
  } catch (thrown) {
    // The daemon refuses some choices outright, such as a model that cannot be.
    if (!(thrown instanceof JameyError) || thrown.code === "unavailable") throw thrown;
    const { code, message, details } = thrown;
    return { ok: false, error: { code, message, details } };
  } finally {
    connection.close();
    // Until then it counts as a client that keeps the daemon busy.
    await connection.ended;
  }
}

/** What is to be kept, under the names that the daemon knows. */
export function variablesOf({ vendor, key, baseUrl }: Choice): Record<string, string> {
  return {
    ...(vendor.key_variable !== null && key !== null ? { [vendor.key_variable]: key } : {}),
    ...(vendor.base_url_variable !== null && baseUrl !== null
      ? { [vendor.base_url_variable]: baseUrl }
      : {}),
  };
}

async function ask(connection: Connection, model: string): Promise<Run> {
  const { prompt_objects } = await connection.call("ListPOs", {});
  const [object] = prompt_objects;
  if (!object) {
    throw new JameyError("po_not_found", "This environment has no object to try the model with.");
  }
  const { session } = await connection.call("CreateSession", {
    po_name: object.name,
    ephemeral: true,
  });
  const { turn_id } = await connection.call("SendMessage", {
    po_name: object.name,
    session_id: session.session_id,
    message: "Say OK.",
    settings: {
      model,
      system: "Answer with the two letters OK and nothing else.",
      tools: [],
      on_ask: "deny",
      limits: { max_iterations: 1, max_tokens: MAX_TRY_TOKENS },
    },
  });
  return await connection.call("WaitForTurn", { turn_id, timeout_ms: TRY_TIMEOUT_MS });
}
