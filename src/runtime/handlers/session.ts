// Handlers over sessions and their messages.
import { JameyError } from "../../protocol/errors.ts";
import { type Caller, callerName } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import { toolContextOf } from "../perform/tools.ts";
import type { HandlerContext } from "./index.ts";
import { createSendMessage, newSession } from "./send-message.ts";
import { createWaitForTurn } from "./wait-for-turn.ts";

type SessionCommands =
  | "SendMessage"
  | "WaitForTurn"
  | "CancelTurn"
  | "CreateSession"
  | "GetSession"
  | "ListSessions"
  | "RenameSession"
  | "DeleteSession"
  | "SwitchSession"
  | "SearchSessions"
  | "GetUsage"
  | "RunTool";

export function sessionHandlers(context: HandlerContext): Pick<Handlers, SessionCommands> {
  const { views, sessions, journal, services } = context;
  const from = (caller: Caller) => ({ caller: callerName(caller), causation_id: null });

  function viewOf(session_id: string) {
    const session = views.getSession(session_id);
    if (session) return session;
    throw new JameyError("session_not_found", `Session not found: ${session_id}`);
  }

  return {
    SendMessage: createSendMessage(context),
    WaitForTurn: createWaitForTurn(context),
    async CancelTurn({ turn_id, reason }, caller) {
      const found = views.findTurn(turn_id);
      if (!found) throw new JameyError("turn_not_found", `Turn not found: ${turn_id}`);
      const said = { type: "cancel" as const, turn_id, reason: reason ?? "a client cancelled it" };
      await sessions.get(found.session_id).take(said, from(caller));
      return {};
    },
    async CreateSession(asked, caller) {
      services.log.info("Creating new session", { po: asked.po_name, caller: callerName(caller) });
      const session = newSession({ ...asked, caller, services });
      await sessions
        .create(session.session_id)
        .take({ type: "create", session }, from(caller));
      return { session: viewOf(session.session_id) };
    },
    GetSession: async ({ session_id }) => ({ session: viewOf(session_id) }),
    ListSessions: async (filter) => ({ sessions: views.listSessions(filter) }),
    async RenameSession({ session_id, name }, caller) {
      await sessions.get(session_id).take({ type: "rename", name }, from(caller));
      return {};
    },
    async DeleteSession({ session_id }, caller) {
      await sessions.get(session_id).take({ type: "delete" }, from(caller));
      await journal.erase(`session/${session_id}`);
      return {};
    },
    async SwitchSession({ po_name, session_id }, caller) {
      const session = viewOf(session_id);
      if (session.po_name !== po_name) {
        const message = `The session ${session_id} belongs to '${session.po_name}', not '${po_name}'.`;
        throw new JameyError("session_mismatch", message);
      }
      caller.current.set(po_name, session_id);
      return {};
    },
    SearchSessions: async (asked) => ({ hits: views.searchSessions(asked) }),
    async GetUsage({ session_id }) {
      if (session_id !== null) viewOf(session_id);
      return views.usage(session_id);
    },
    async RunTool({ session_id, name, args }, caller) {
      const tool = services.tools.find(name);
      if (!tool) throw new JameyError("tool_not_found", `There is no tool '${name}'.`);
      const workspace = session_id === null ? caller.workspace : viewOf(session_id).workspace;
      const call_id = services.world.newId("run");
      services.log.info("Executing tool for session", { session: session_id, tool: name, call_id });
      const ids = { workspace, session_id: session_id ?? "", call_id };
      const toolContext = toolContextOf(ids, caller.signal, services);
      const check = await tool.check(args, toolContext);
      if (!check.valid) throw new JameyError("invalid_request", `${name}: ${check.problem}`);
      const { output, success } = await tool.call(args, toolContext);
      return { result: { id: call_id, name, output, success } };
    },
  };
}
