// Which event changes which view: the one table. Every stored event has its line; one that is missing
// does not compile. A fold never refuses: it is part of the transaction that stores its event.
import type { Database } from "bun:sqlite";
import type { StoredEventName, StoredRow } from "../../../protocol/events/index.ts";
import type { Db } from "../database.ts";
import { openConnectorWrites, openObjectWrites } from "./environment.ts";
import { openForget } from "./forget.ts";
import { openMessageWrites } from "./messages.ts";
import { openRequestWrites } from "./requests.ts";
import type { RowOf } from "./row-of.ts";
import { openSessionWrites } from "./session-writes.ts";
import { openSharedDataWrites } from "./shared-data.ts";
import { openTurnWrites } from "./turn-writes.ts";
import { openUsageWrites } from "./usage.ts";
import { openVersionWrites } from "./versions.ts";

type Writes = ReturnType<typeof openWrites>;

/** How the views are folded; when this changes, what was folded before is folded again at the next open. */
export const VIEWS_VERSION = 11;

const folds: { [Name in StoredEventName]: (write: Writes, row: RowOf<Name>) => void } = {
  SessionCreated: (write, row) => write.sessions.add(row),
  SessionRenamed: (write, row) => write.sessions.rename(row),
  SessionUpdated: (write, row) => write.sessions.update(row),
  SessionDeleted: (write, row) => {
    write.usage.keep(row);
    write.forget(row.payload.session_id);
  },
  MessageQueued: (write, row) => {
    write.sessions.queue(row);
    write.turns.queue(row);
    write.messages.queue(row);
  },
  MessageAdded: (write, row) => {
    write.messages.add(row);
    write.sessions.countMessage(row);
    const { turn_id, tool_calls } = row.payload;
    if (turn_id !== null && tool_calls.length > 0) write.turns.countRound(turn_id);
  },
  MessageWithdrawn: (write, row) => {
    write.messages.withdraw(row);
    write.sessions.touch(row);
  },
  QueueResumed: (write, row) => write.sessions.resumeQueue(row),
  SharedDataChanged: (write, row) => {
    write.sharedData.change(row);
    write.sessions.touch(row);
  },
  HistoryCompacted: (write, row) => write.sessions.touch(row),
  TurnStarted: (write, row) => {
    write.sessions.startTurn(row);
    write.turns.start(row);
    write.messages.unqueueTurn(row.payload);
  },
  TurnResumed: (write, row) => write.sessions.touch(row),
  ModelCallStarted: (write, row) => {
    const isNew = write.turns.countCall(row);
    // A call that is made again after a compaction counts once, as in the core's fold.
    const { purpose, attempt } = row.payload;
    if (isNew && attempt === 1 && purpose === "answer") write.sessions.countIteration(row);
  },
  ModelCallFailed: (write, row) => write.sessions.touch(row),
  ToolCallStarted: (write, row) => write.sessions.touch(row),
  ToolCallCompleted: (write, row) => {
    write.turns.deny(row);
    write.sessions.touch(row);
  },
  UsageRecorded: (write, row) => {
    write.turns.addUsage(row);
    write.usage.add(row);
  },
  DelegationStarted: (write, row) => write.sessions.touch(row),
  DelegationCompleted: (write, row) => write.sessions.touch(row),
  DelegationPaused: (write, row) => write.sessions.pause(row),
  DelegationResumed: (write, row) => write.sessions.pause(row),
  // What others used is in their own sessions' sums: here it counts for the turn alone.
  ChildUsageRecorded: (write, row) => {
    write.turns.addChildUsage(row);
    write.sessions.touch(row);
  },
  LimitExtended: (write, row) => write.sessions.touch(row),
  StepTaken: (write, row) => write.sessions.touch(row),
  TurnCompleted: (write, row) => {
    write.turns.complete(row);
    endTurn(write, row);
  },
  TurnFailed: (write, row) => {
    write.turns.fail(row);
    endTurn(write, row);
  },
  TurnCancelled: (write, row) => {
    write.turns.cancel(row);
    endTurn(write, row);
  },
  HumanRequestQueued: (write, row) => {
    write.requests.add(row);
    write.sessions.touch(row);
  },
  HumanRequestResponded: (write, row) => {
    write.requests.answer(row);
    write.sessions.touch(row);
  },
  HumanRequestExpired: (write, row) => {
    write.requests.expire(row);
    write.sessions.touch(row);
  },
  POLoaded: (write, row) => write.objects.load(row),
  POUnloaded: (write, row) => write.objects.unload(row),
  POStateChanged: (write, row) => write.objects.change(row),
  POModified: (write, row) => {
    write.objects.modify(row);
    write.versions.add(row);
  },
  ConnectorAttached: (write, row) => write.connectors.attach(row),
  ConnectorDetached: (write, row) => write.connectors.detach(row),
  // Of these the environment's own state is read, which its actor holds.
  ScheduleAdded: noView,
  ScheduleRemoved: noView,
  SchedulePaused: noView,
  ScheduleResumed: noView,
  ScheduleFired: noView,
  WakeDelivered: noView,
  WakeSkipped: noView,
  RuleAdded: noView,
  PluginApproved: noView,
  PluginRevoked: noView,
  RuleRemoved: noView,
  ServerSpawned: noView,
  ServerClosed: noView,
};

function noView(): void {
  // Kept in the journal alone.
}

function endTurn(
  write: Writes,
  row: RowOf<"TurnCompleted" | "TurnFailed" | "TurnCancelled">,
): void {
  write.sessions.endTurn(row);
  write.messages.unqueueTurn(row.payload);
  write.requests.endTurn(row.payload.turn_id);
}

function openWrites(client: Database, db: Db) {
  return {
    sessions: openSessionWrites(db),
    messages: openMessageWrites(client, db),
    turns: openTurnWrites(db),
    requests: openRequestWrites(db),
    usage: openUsageWrites(db),
    objects: openObjectWrites(db),
    connectors: openConnectorWrites(db),
    versions: openVersionWrites(db),
    sharedData: openSharedDataWrites(db),
    forget: openForget(client, db),
  };
}

export interface Folds {
  /** Changes the views by one event, inside the caller's transaction. */
  fold(row: StoredRow): void;
  /** Takes everything of a session out of the views. */
  forget(session_id: string): void;
}

export function openFolds(client: Database, db: Db): Folds {
  const write = openWrites(client, db);
  return {
    fold(row) {
      // The table has one function per type, and each takes just that type: the cast only says so.
      const fold = folds[row.type] as (write: Writes, row: StoredRow) => void;
      fold(write, row);
    },
    forget: write.forget,
  };
}
