// What a new session is made of, and what is said where its object or a session is not there.
import type { NewSession } from "../../core/session/inputs.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { AgentMode, Json } from "../../protocol/messages.ts";
import type { Caller } from "../caller.ts";
import type { Services } from "../services.ts";
import type { HandlerContext } from "./index.ts";

export function newSession(options: {
  po_name: string;
  name: string | null;
  caller: Caller;
  services: Pick<Services, "catalog">;
  session_id?: string;
  ephemeral?: boolean;
  /** null: the object's own. */
  agent_mode?: AgentMode | null;
  context?: Record<string, string>;
  metadata?: Record<string, Json>;
}): NewSession {
  const { po_name, caller, services } = options;
  const definition = services.catalog.current(po_name);
  if (!definition) throw unknownObject(po_name, services);
  const agent_mode = options.agent_mode ?? definition.mode;
  return {
    session_id: options.session_id ?? crypto.randomUUID(),
    po_name,
    source: caller.source,
    name: options.name,
    agent_mode,
    workspace: caller.workspace,
    context: options.context ?? {},
    metadata: options.metadata ?? {},
    forked_from: null,
    parent: null,
    ephemeral: options.ephemeral ?? false,
  };
}

export function unknownObject(po_name: string, { catalog }: Pick<Services, "catalog">): JameyError {
  const names = catalog.list().map((one) => one.name);
  const problem = [...catalog.problems().values()].find((text) => text.includes(`${po_name}.md`));
  const why = problem ? ` ${problem}` : ` There are: ${names.join(", ") || "none"}.`;
  return new JameyError("po_not_found", `There is no object '${po_name}' (PO not found).${why}`, {
    details: { po_name, known: names },
  });
}

/** The session is there and the object's own. */
export function requireSession(
  { views }: Pick<HandlerContext, "views">,
  session_id: string,
  po_name: string,
): void {
  const found = views.findSession(session_id);
  if (!found) throw sessionNotFound(session_id);
  if (found.po_name === po_name) return;
  const message = `The session ${session_id} belongs to '${found.po_name}', not '${po_name}'.`;
  throw new JameyError("session_mismatch", message);
}

export const sessionNotFound = (session_id: string): JameyError =>
  new JameyError("session_not_found", `Session not found: ${session_id}`);
