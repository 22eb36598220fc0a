// Handlers over sessions and their messages.
import { WORKFLOW } from "../../core/session/delegation.ts";
import type { Asked, Reply } from "../../protocol/commands/index.ts";
import { CANCELLED_BY_CLIENT, outcomeEvents } from "../../protocol/commands/session.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { StoredRow } from "../../protocol/events/index.ts";
import { MAX_LIST_LENGTH } from "../../protocol/limits.ts";
import { signalName } from "../../protocol/signals.ts";
import { type Caller, callerName } from "../caller.ts";
import { removeSession } from "../ephemeral.ts";
import type { Handlers } from "../handle.ts";
import { sessionStream } from "../store/journal.ts";
import { chosenWorkflow } from "../workflows/chosen.ts";
import { createBeginSession } from "./begin-session.ts";
import { createExportSession } from "./export-session.ts";
import { createForkSession } from "./fork-session.ts";
import { createImportSession } from "./import-session.ts";
import type { HandlerContext } from "./index.ts";
import { newSession, requireSession, sessionNotFound } from "./new-session.ts";
import { createRunTool } from "./run-tool.ts";
import { createSendMessage } from "./send-message.ts";
import { createWaitForTurn } from "./wait-for-turn.ts";

type SessionCommands =
  | "SendMessage"
  | "WaitForTurn"
  | "CancelTurn"
  | "ResumeQueue"
  | "WithdrawMessage"
  | "CreateSession"
  | "ForkSession"
  | "ExportSession"
  | "ImportSession"
  | "GetSession"
  | "ListOutcomes"
  | "GetSharedData"
  | "ListSessions"
  | "RenameSession"
  | "DeleteSession"
  | "SwitchSession"
  | "SearchSessions"
  | "GetUsage"
  | "RunTool";

/** A time as the journal writes its own, so that both compare as text. */
const inMilliseconds = (time: string | null): string | null =>
  time === null ? null : new Date(time).toISOString();

const fromCaller = (caller: Caller) => ({ caller: callerName(caller), causation_id: null });

export function sessionHandlers(context: HandlerContext): Pick<Handlers, SessionCommands> {
  const { views, sessions, journal, services } = context;
  const begin = createBeginSession(context);

  return {
    SendMessage: createSendMessage(context),
    WaitForTurn: createWaitForTurn(context),
    async CancelTurn({ turn_id, reason }, caller) {
      const found = views.findTurn(turn_id);
      if (!found) throw new JameyError("turn_not_found", `Turn not found: ${turn_id}`);
      const at = { turn_id, session_id: found.session_id };
      const said = {
        type: "cancel" as const,
        turn_id,
        reason: reason ?? CANCELLED_BY_CLIENT,
        partial: services.signals.answerOf(at),
        written: services.signals.writtenIn(at),
      };
      await sessions.take(found.session_id, said, fromCaller(caller));
      return {};
    },
    ...waitingMessages(context),
    async CreateSession(asked, caller) {
      const { po_name, session_id: chosen_id, ephemeral } = asked;
      services.log.info("Creating new session", { po: po_name, caller: callerName(caller) });
      return await begin({
        caller,
        chosen_id,
        ephemeral,
        mismatch: (there) =>
          there.po_name === po_name ? undefined : `belongs to '${there.po_name}', not '${po_name}'`,
        make: async (session_id) => {
          const session = newSession({ ...inWorkflow(asked), session_id, caller, services });
          const { agent_mode: mode, metadata } = session;
          const definition = services.catalog.get(po_name);
          if (definition) await chosenWorkflow({ mode, metadata, definition }, services.workflows);
          return { session };
        },
      });
    },
    ForkSession: createForkSession(context, begin),
    ExportSession: createExportSession(context),
    ImportSession: createImportSession(context, begin),
    GetSession({ session_id, messages }) {
      const session = views.getSession(session_id, messages);
      if (!session) throw sessionNotFound(session_id);
      return { session };
    },
    ListOutcomes: ({ session_id }) => outcomesOf(session_id, context),
    GetSharedData({ session_id, key }) {
      const root_session_id = views.findSession(session_id)?.root_session_id;
      if (root_session_id === undefined) throw sessionNotFound(session_id);
      const data = views.sharedData(root_session_id);
      return { root_session_id, data: data.filter((one) => key === null || one.key === key) };
    },
    ListSessions: (filter) =>
      views.listSessions({ ...filter, updated_before: inMilliseconds(filter.updated_before) }),
    async RenameSession({ session_id, name }, caller) {
      await sessions.take(session_id, { type: "rename", name }, fromCaller(caller));
      return {};
    },
    async DeleteSession({ session_id }, caller) {
      const { sessionFiles } = services;
      await removeSession(
        { views, sessions, journal, sessionFiles },
        session_id,
        fromCaller(caller),
      );
      return {};
    },
    SwitchSession({ po_name, session_id }, caller) {
      requireSession(context, session_id, po_name);
      caller.current.set(po_name, session_id);
      return {};
    },
    SearchSessions: (asked) => ({
      hits: views.searchSessions({ ...asked, since: inMilliseconds(asked.since) }),
    }),
    GetUsage({ session_id, by, since }) {
      if (session_id !== null && !views.findSession(session_id)) throw sessionNotFound(session_id);
      return views.usage({ session_id, by, since: inMilliseconds(since) });
    },
    RunTool: createRunTool(context),
  };
}

function outcomesOf(session_id: string, context: HandlerContext): Reply<"ListOutcomes"> {
  const found = context.views.findSession(session_id);
  if (!found) throw sessionNotFound(session_id);
  const stream = sessionStream(session_id);
  const rows = context.journal.readNewest(stream, outcomeEvents, MAX_LIST_LENGTH);
  return {
    session_id,
    events: rows.flatMap(outcomeOf),
    signals: context.services.signals.read(writtenIn(session_id), new Map(), MAX_WRITTEN_LENGTH)
      .signals,
    waiting: waitingIn(session_id, context),
    is_parked: found.is_parked,
  };
}

/** What one answer tells of what is being written, in UTF-16 units. */
const MAX_WRITTEN_LENGTH = 2 * 1024 * 1024;

const writtenIn = (session_id: string) => ({ types: signalName.options, session_id });

/** What one answer tells of messages that wait, in UTF-16 units; the first is told whatever its length. */
const MAX_WAITING_LENGTH = 1024 * 1024;

function waitingIn(
  session_id: string,
  { views, journal }: HandlerContext,
): Reply<"ListOutcomes">["waiting"] {
  const filter = { types: ["MessageQueued" as const], session_id };
  const told: Reply<"ListOutcomes">["waiting"] = [];
  let length = 0;
  for (const { seq, message_id } of views.waitingMessages(session_id)) {
    const [row] = journal.read(seq - 1, filter, { rows: 1, bytes: 0 }).rows;
    if (row?.type !== "MessageQueued" || row.payload.message_id !== message_id) continue;
    const { turn_id, content, delivery } = row.payload;
    length += content.length;
    if (told.length > 0 && length > MAX_WAITING_LENGTH) break;
    told.push({ message_id, turn_id, content, delivery });
  }
  return told;
}

function outcomeOf({ seq, at, type, payload }: StoredRow): Reply<"ListOutcomes">["events"] {
  const event_type = outcomeEvents.find((name) => name === type);
  if (!event_type) return [];
  // An event's payload was JSON when it was kept.
  const told = payload as Reply<"ListOutcomes">["events"][number]["payload"];
  return [{ seq, at, event_type, payload: told }];
}

/** Messages that no turn has heard yet. */
function waitingMessages({
  sessions,
}: HandlerContext): Pick<Handlers, "ResumeQueue" | "WithdrawMessage"> {
  return {
    async ResumeQueue({ session_id }, caller) {
      await sessions.take(session_id, { type: "resume_queue" }, fromCaller(caller));
      return {};
    },
    async WithdrawMessage({ session_id, message_id }, caller) {
      await sessions.take(session_id, { type: "withdraw", message_id }, fromCaller(caller));
      return {};
    },
  };
}

/** The workflow's name is kept where the turns of the session look for it. */
function inWorkflow({ workflow, ...asked }: Asked<"CreateSession">) {
  if (workflow === null) return asked;
  const { agent_mode, metadata } = asked;
  if (agent_mode !== null && agent_mode !== "workflow") {
    const message = `A session in the mode '${agent_mode}' runs no workflow: leave one of them out.`;
    throw new JameyError("invalid_request", message);
  }
  return {
    ...asked,
    agent_mode: "workflow" as const,
    metadata: { ...metadata, [WORKFLOW]: workflow },
  };
}
