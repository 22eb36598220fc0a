// A seat: somebody at one interface who changes things through it, and who writes down what it is told. When
// the connection breaks it comes back with its cursor by itself.
import type { Home } from "../home.ts";

/** What is told after a broken connection was mended is not asked for more often than this. */
const MAX_COMEBACKS = 50;
/** How often one change is tried, if the daemon is killed under it. */
const MAX_TRIES = 5;
const WAIT_TIMEOUT_MS = 60_000;

/** The events in which changes are seen. */
export const WATCHED = ["SessionRenamed", "MessageQueued", "POModified"];

export interface Change {
  kind: "rename" | "message" | "edit";
  /** Stands in the name, the message or the text; no other change has it. */
  label: string;
  session_id: string;
  po_name: string;
}

/** A daemon that may be killed and come back, and how it is reached now. */
export interface Place {
  home: Home;
  url(): string;
  token(): string;
  /** Rises with each kill, before it. */
  epoch(): number;
  /** Resolves when it serves. */
  served(): Promise<void>;
}

/** A frame as every interface gives it: an event, or what stands between events. */
export interface Told {
  type: string;
  seq?: number;
  at?: string;
  event_type?: string;
  payload?: Record<string, unknown>;
}

export interface Reading {
  /** The cursor. */
  after: number;
  take(told: Told): void;
  /** The connection is to break. */
  signal: AbortSignal;
}

/** An interface, as a client of it knows it. */
export interface Interface {
  /** Resolves when the change is acknowledged. */
  change(change: Change): Promise<void>;
  /** Reads on after the cursor until the connection ends, however it does. */
  read(reading: Reading): Promise<void>;
  close(): void;
}

export interface Seen {
  seq: number;
  event_type: string;
  label: string;
  /** Milliseconds from the commit until it was here. */
  delay_ms: number;
}

export interface Seat {
  seen: Seen[];
  /** Frames that nobody should have been given. */
  problems: string[];
  change(change: Change): Promise<void>;
  /** Its connection breaks. */
  drop(): void;
  /** Resolves when this holds; it is asked now and after each event. */
  when(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export function takeSeat(place: Place, door: Interface, after: number): Seat {
  const seen: Seen[] = [];
  const problems: string[] = [];
  const waiting = new Set<() => void>();
  let cursor = after;
  let isClosed = false;
  let leave = new AbortController();
  let comebacks = 0;

  function take(told: Told): void {
    if (told.type === "caught_up") return;
    const { seq = 0, at = "", event_type = "" } = told;
    if (told.type !== "event") problems.push(`a ${told.type}`);
    if (seq <= cursor) problems.push(`${seq} after ${cursor}`);
    cursor = seq;
    seen.push({ seq, event_type, label: labelOf(told), delay_ms: Date.now() - Date.parse(at) });
    for (const look of [...waiting]) look();
  }

  async function stay(): Promise<void> {
    while (!isClosed) {
      comebacks += 1;
      if (comebacks > MAX_COMEBACKS) throw new Error("the connection does not hold");
      leave = new AbortController();
      await place.served();
      // Lost or dropped: what is missing is asked for by the cursor.
      await door.read({ after: cursor, take, signal: leave.signal }).catch(() => undefined);
    }
  }
  const staying = stay();
  staying.catch(() => undefined);

  return {
    seen,
    problems,
    change: (change) => tryChange(place, door, change),
    drop: () => leave.abort(),
    async when(holds) {
      const reached = Promise.withResolvers<void>();
      const look = () => {
        if (holds()) reached.resolve();
      };
      const late = () =>
        reached.reject(new Error(`${seen.length} events in ${WAIT_TIMEOUT_MS} ms, and no more`));
      const timer = setTimeout(late, WAIT_TIMEOUT_MS);
      waiting.add(look);
      look();
      try {
        await Promise.race([reached.promise, staying]);
      } finally {
        clearTimeout(timer);
        waiting.delete(look);
      }
    },
    async close() {
      isClosed = true;
      leave.abort();
      door.close();
      await staying;
    },
  };
}

/** Only where the daemon was killed meanwhile a failure is a reason to ask again. */
async function tryChange(place: Place, door: Interface, change: Change): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await place.served();
    const before = place.epoch();
    try {
      return await door.change(change);
    } catch (thrown) {
      if (place.epoch() === before || tries === MAX_TRIES) throw thrown;
    }
  }
}

function labelOf({ event_type, payload = {} }: Told): string {
  if (event_type === "SessionRenamed") return String(payload.name);
  const text = String(event_type === "POModified" ? payload.text : payload.content);
  return /say (\S+)/.exec(text)?.[1] ?? text;
}

/** What a session is sent; the offline model says it again. */
export const messageOf = ({ label }: Change): string => `/say ${label}`;

export const objectOf = ({ label, po_name }: Pick<Change, "label" | "po_name">): string =>
  `---\nname: ${po_name}\nmodel: offline/guide\n---\nYou say ${label}\n`;
