// The read side: what is folded from the journal, as questions with prepared answers.
import type { Database } from "bun:sqlite";
import { sql } from "drizzle-orm";
import type { Run } from "../../../protocol/commands/session.ts";
import type { StoredRow } from "../../../protocol/events/index.ts";
import type { HumanRequest, SessionView, SharedData } from "../../../protocol/messages.ts";
import { type Db, transact } from "../database.ts";
import { lazily } from "../lazily.ts";
import { type RequestState, sessions, type TurnStatus, viewTables } from "../schema.ts";
import { type ConnectorView, type ObjectView, openEnvironmentReads } from "./environment.ts";
import type { Folds } from "./folds.ts";
import {
  openMessageReads,
  type SearchFilter,
  type SearchHit,
  type WaitingMessage,
} from "./messages.ts";
import { openRequestReads } from "./requests.ts";
import {
  openSessionReads,
  type SessionFilter,
  type SessionHead,
  type SessionPage,
} from "./sessions.ts";
import { openSharedDataReads } from "./shared-data.ts";
import { openTreeReads } from "./tree.ts";
import { openTurnReads } from "./turns.ts";
import { openUsageReads, type UsageFilter, type UsageInfo } from "./usage.ts";
import { openVersionReads, type VersionView } from "./versions.ts";

export interface Views {
  /** `none`: without the messages, which is cheap however long the session is. */
  getSession(session_id: string, messages?: "all" | "none"): SessionView | undefined;
  /** What a session is about, without its conversation. */
  findSession(session_id: string): SessionHead | undefined;
  /** Messages that no turn has heard yet, in their order. */
  waitingMessages(session_id: string): WaitingMessage[];
  /** Newest activity first. */
  listSessions(filter: SessionFilter): SessionPage;
  /** Sessions that live no longer than the connection that created them. */
  ephemeralSessions(): string[];
  /** The query is a human's words, never FTS syntax; `[` and `]` mark the hits in the snippet. */
  searchSessions(filter: SearchFilter): SearchHit[];
  /** How a turn ended; `open` while it is queued or running; undefined when there is no such turn. */
  getRun(turn_id: string): Run | "open" | undefined;
  findTurn(turn_id: string): { session_id: string; status: TurnStatus } | undefined;
  findMessageKey(
    message_key: string,
  ): { session_id: string; turn_id: string; message_id: string; seq: number } | undefined;
  /** Open requests, oldest first; null is of all sessions. */
  listRequests(session_id: string | null): HumanRequest[];
  findRequest(request_id: string): { request: HumanRequest; state: RequestState } | undefined;
  /** Of a session and of everybody that was called below it; null is of all. */
  usage(filter: UsageFilter): UsageInfo;
  /** Sessions with a running turn or queued messages that nobody called: their actors are revived at start. */
  openSessions(): string[];
  /** Everybody that was called below a session, the deepest first. */
  descendants(session_id: string): string[];
  /** Sessions whose caller, or whose root, is deleted. */
  orphans(): string[];
  /** Turns of called objects that have not ended. */
  openChildren(): { session_id: string; turn_id: string }[];
  /** What the tree of delegations below this root shares, by key. */
  sharedData(session_id: string): SharedData[];
  /** Live objects by name. */
  listObjects(): ObjectView[];
  /** Objects whose newest version may not be in their file yet. */
  pendingObjects(): string[];
  /** Versions of an object, newest first; those whose hash begins like this, where one is given. */
  listVersions(po_name: string, options: { hash: string | null; limit: number }): VersionView[];
  /** Who is attached now, the longest first. */
  listConnectors(): ConnectorView[];
  counts(): { objects: number; sessions: number; running_turns: number; pending_requests: number };
  /** Throws the views away and folds the whole journal again, in one transaction. */
  rebuild(): void;
}

export function openViews(parts: {
  client: Database;
  db: Db;
  folds: Folds;
  rows(): Iterable<StoredRow>;
}): Views & { needed(): number[] } {
  const { client, db, folds, rows } = parts;
  const session = openSessionReads(db);
  const message = openMessageReads(client, db);
  const turn = openTurnReads(db);
  const request = openRequestReads(db);
  const environment = openEnvironmentReads(db);
  const removals = lazily(() =>
    Object.values(viewTables).map((table) => db.delete(table).prepare()),
  );
  const countSessions = lazily(() =>
    db.select({ count: sql<number>`count(*)` }).from(sessions).prepare(),
  );

  return {
    getSession(session_id, messages = "all") {
      const found = session.one(session_id);
      if (!found) return undefined;
      const { context, active_tools, iteration_count, ...summary } = found;
      return {
        ...summary,
        session_state: { context, active_tools, iteration_count },
        conversation: messages === "all" ? message.conversation(session_id) : [],
      };
    },
    findSession: session.find,
    listSessions: session.list,
    ephemeralSessions: session.ephemeral,
    searchSessions: message.search,
    getRun: turn.run,
    findTurn: turn.find,
    waitingMessages: message.waiting,
    findMessageKey: message.byKey,
    listRequests: request.open,
    findRequest: request.find,
    usage: openUsageReads(client).info,
    openSessions: session.open,
    ...openTreeReads(client),
    sharedData: openSharedDataReads(db).list,
    listObjects: environment.objects,
    pendingObjects: environment.pendingObjects,
    listVersions: openVersionReads(db).list,
    listConnectors: environment.connectors,
    needed: environment.needed,
    counts: () => ({
      objects: environment.objects().length,
      sessions: countSessions().get()?.count ?? 0,
      running_turns: turn.countRunning(),
      pending_requests: request.count(),
    }),
    rebuild() {
      transact(client, () => {
        client.run("INSERT INTO message_text (message_text) VALUES ('delete-all')");
        for (const removal of removals()) removal.run();
        for (const row of rows()) folds.fold(row);
      });
    },
  };
}
