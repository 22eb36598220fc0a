// Traces for a collector: follows the journal from now on, and sends what has ended. Nobody waits for it: what
// the collector does not take is dropped: the log says so once, and how much it was when it takes again or jamey stops.
// Rule: while the collector keeps it waiting it reads nothing and holds nothing more; afterwards it reads on in
//       small pages, and lets everybody else work between two of them.
import { messageOf } from "../../protocol/errors.ts";
import type { StoredEventName } from "../../protocol/events/index.ts";
import type { Log } from "../log.ts";
import type { Journal } from "../store/journal.ts";
import { exportSpans, tracesUrl } from "./otlp.ts";
import { createSpans, type Span } from "./spans.ts";

/** Spans that wait; more are dropped. */
export const MAX_WAITING = 4_096;
/** Spans of one request. */
const MAX_BATCH = 512;
/** What has ended waits this long for others. Milliseconds. */
const FLUSH_MS = 2_000;
/** The last request may take this long when the daemon stops. Milliseconds. */
const FAREWELL_MS = 1_000;
const READ_LIMIT = { rows: 200, bytes: 1024 * 1024 };

const TYPES: StoredEventName[] = [
  "SessionCreated",
  "TurnStarted",
  "ModelCallStarted",
  "ModelCallFailed",
  "UsageRecorded",
  "ToolCallStarted",
  "ToolCallCompleted",
  "TurnCompleted",
  "TurnFailed",
  "TurnCancelled",
];

export interface Telemetry {
  /** Sends what has ended, then no more. */
  stop(): Promise<void>;
}

export function startTelemetry(options: {
  endpoint: string;
  environment: string;
  journal: Pick<Journal, "read" | "head" | "follow">;
  log: Log;
  /** Instead of FLUSH_MS. */
  flushMs?: number;
}): Telemetry {
  const { endpoint, environment, journal, log, flushMs = FLUSH_MS } = options;
  const url = tracesUrl(endpoint);
  const spans = createSpans();
  const waiting: Span[] = [];
  let cursor = journal.head();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> | undefined;
  let isRefused = false;
  let dropped = 0;
  let isStopped = false;

  async function read(): Promise<void> {
    const head = journal.head();
    while (cursor < head) {
      const page = journal.read(cursor, { types: TYPES, session_id: null }, READ_LIMIT);
      cursor = page.cursor;
      waiting.push(...page.rows.flatMap((row) => spans.take(row)));
      dropped += waiting.splice(MAX_WAITING).length;
      await new Promise(setImmediate);
    }
  }

  function sayDropped(): void {
    if (dropped > 0) log.warn("traces were dropped", { spans: dropped });
    dropped = 0;
  }

  async function send(): Promise<void> {
    await read();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      try {
        await exportSpans(url, environment, batch);
        isRefused = false;
        sayDropped();
      } catch (thrown) {
        // Said once, until it works again.
        if (!isRefused) log.warn("traces were not taken", { url, reason: messageOf(thrown) });
        isRefused = true;
        dropped += batch.length;
      }
      waiting.splice(0, batch.length);
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    sending ??= send().finally(() => {
      sending = undefined;
      // What happened while the collector kept it waiting.
      if (cursor < journal.head()) flushSoon();
    });
    return sending;
  }

  function flushSoon(): void {
    if (!isStopped) timer ??= setTimeout(flush, flushMs);
  }

  const stopFollowing = journal.follow(flushSoon);
  return {
    async stop() {
      isStopped = true;
      stopFollowing();
      const late = Promise.withResolvers<void>();
      const end = setTimeout(late.resolve, FAREWELL_MS);
      await Promise.race([flush().then(flush), late.promise]);
      clearTimeout(end);
      dropped += waiting.splice(0).length;
      sayDropped();
    },
  };
}
