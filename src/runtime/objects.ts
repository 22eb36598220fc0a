// The actors of prompt objects: live or gone, in which version, and idle, working or waiting by what their
// sessions do.
import {
  type ObjectInput,
  type ObjectState,
  objectMachine,
  refuseObjectInput,
  stateOfObject,
} from "../core/object/machine.ts";
import { messageOf } from "../protocol/errors.ts";
import type { ObjectEvent, StoredRow } from "../protocol/events/index.ts";
import type { PoState } from "../protocol/messages.ts";
import { type Actor, type From, startActor } from "./actor.ts";
import type { Log } from "./log.ts";
import type { Journal } from "./store/journal.ts";

export interface Objects {
  /** A command: rejects with a JameyError when refused or when it could not be committed. */
  take(input: ObjectInput, from: From): Promise<void>;
  /** What the folder says: committed soon, and reported where that fails. */
  say(input: ObjectInput): void;
  /** One of its sessions does something else. */
  active(change: { session_id: string; po_name: string; activity: PoState }): void;
  state(po_name: string): PoState;
  /** What is committed of it. */
  known(po_name: string): ObjectState;
  /** The text that this version of the object's stream brought; undefined where it brought none. */
  textAt(po_name: string, version: number): string | undefined;
  /** What the object was called before this version; undefined where that is not another name. */
  formerName(po_name: string, version: number): string | undefined;
  /** By whom and why it was taken away last; undefined where it never was. */
  removal(po_name: string): { author: string; reason: string } | undefined;
  /** Appends what a crash left out: objects whose sessions no longer do what the journal says. */
  settle(po_names: string[]): void;
  /** Everything said so far is committed. */
  flush(): Promise<void>;
}

type ObjectActor = Actor<ObjectState, ObjectInput, ObjectEvent>;

export function createObjects(options: {
  journal: Journal;
  log: Log;
  now(): string;
  /** What is committed. */
  happened?(event: ObjectEvent): Promise<void> | void;
}): Objects {
  const { journal, log } = options;
  const actors = new Map<string, ObjectActor>();
  const activities = new Map<string, Map<string, PoState>>();
  const pending = new Set<Promise<unknown>>();

  function actorOf(po_name: string): ObjectActor {
    const known = actors.get(po_name);
    if (known) return known;
    const stream = streamOf(po_name);
    let state = objectMachine.initial;
    let lastAt = "";
    for (const row of journal.readStream(stream, 0)) {
      state = objectMachine.apply(state, objectEvent(row));
      lastAt = row.at;
    }
    const actor: ObjectActor = startActor({
      stream,
      machine: objectMachine,
      state,
      version: journal.version(stream),
      lastAt,
      journal,
      log,
      now: options.now,
      stamp: (said: ObjectInput) => said,
      refuse: refuseObjectInput,
      perform: () => Promise.resolve(undefined),
      lost() {
        log.error("object is not as the journal has it", { po: po_name });
        if (actors.get(po_name) === actor) actors.delete(po_name);
      },
    });
    actors.set(po_name, actor);
    return actor;
  }

  async function take(input: ObjectInput, from: From): Promise<void> {
    const { happened } = await actorOf(input.po_name).take(input, from);
    await Promise.all(happened.map((event) => options.happened?.(event)));
  }

  function say(input: ObjectInput): void {
    const said = take(input, { caller: "daemon", causation_id: null })
      .catch((thrown: unknown) =>
        log.error("object state not kept", { po: input.po_name, reason: messageOf(thrown) }),
      )
      .finally(() => pending.delete(said));
    pending.add(said);
  }

  const stateOf = (po_name: string) => stateOfObject(activities.get(po_name)?.values() ?? []);

  return {
    take,
    say,
    active({ session_id, po_name, activity }) {
      const sessions = activities.get(po_name) ?? new Map<string, PoState>();
      activities.set(po_name, sessions);
      if (activity === "idle") sessions.delete(session_id);
      else sessions.set(session_id, activity);
      say({ type: "state", po_name, state: stateOf(po_name) });
    },
    state: stateOf,
    known: (po_name) => actorOf(po_name).state(),
    textAt: (po_name, version) => changeAt(journal, po_name, version)?.text,
    formerName: (po_name, version) => changeAt(journal, po_name, version)?.former_name,
    removal(po_name) {
      let last: { author: string; reason: string } | undefined;
      for (const { type, payload } of journal.readStream(streamOf(po_name), 0)) {
        if (type === "POUnloaded") last = { author: payload.author, reason: payload.reason };
      }
      return last;
    },
    settle(po_names) {
      for (const po_name of po_names) say({ type: "state", po_name, state: stateOf(po_name) });
    },
    async flush() {
      await Promise.all(pending);
    },
  };
}

function changeAt(journal: Journal, po_name: string, version: number) {
  for (const row of journal.readStream(streamOf(po_name), version - 1)) {
    return row.type === "POModified" ? row.payload : undefined;
  }
  return undefined;
}

const streamOf = (po_name: string): string => `object/${po_name}`;

/** A row of an object's stream as its machine knows it: nobody else appends to that stream. */
function objectEvent(row: StoredRow): ObjectEvent {
  return { type: row.type, payload: row.payload } as ObjectEvent;
}
