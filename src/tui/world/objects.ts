// What events of objects, connectors and the bus make of the world.
import { clip } from "./clip.ts";
import { type Folds, withEntry, withoutEntry } from "./folds.ts";
import { endOf, UNKNOWN_CALLER } from "./people.ts";
import {
  type AgentObject,
  type BusLine,
  MAX_BUS_LINES,
  MAX_TEXT_LENGTH,
  type World,
} from "./shapes.ts";

/** Lines back in which the other half of a call is looked for, and letters that are compared. */
const MAX_TWIN_LINES = 20;
const MAX_TWIN_LETTERS = 100;

export const newObject = (name: string): AgentObject => ({
  name,
  description: "",
  state: "idle",
  since: null,
  changes: 0,
});

const withObject = (world: World, object: AgentObject): World => ({
  ...world,
  objects: withEntry(world.objects, object.name, object),
});

/** What a called object says stands in its session and in that of its caller, and so does its question: once is enough. */
function withoutTwin(bus: readonly BusLine[], line: BusLine): readonly BusLine[] {
  const from = Math.max(0, bus.length - MAX_TWIN_LINES);
  const at = bus.findLastIndex((other, index) => index >= from && isTwin(other, line));
  return at < 0 ? bus : bus.toSpliced(at, 1);
}

const isTwin = (one: BusLine, other: BusLine): boolean =>
  one.session_id !== other.session_id &&
  one.from === other.from &&
  (one.to === other.to || one.to === UNKNOWN_CALLER) &&
  (one.text === other.text || isCallWith(one.text, other.text));

/** The question as the arguments of the call that asks it. */
const isCallWith = (call: string, text: string): boolean =>
  call.startsWith("{") &&
  call.includes(JSON.stringify(text.slice(0, MAX_TWIN_LETTERS)).slice(1, -1));

export const objectFolds: Folds = {
  POLoaded: (world, { po_name }) => {
    const known = world.objects.get(po_name) ?? newObject(po_name);
    return withObject(world, { ...known, changes: known.changes + 1 });
  },
  POUnloaded: (world, { po_name }) => ({
    ...world,
    objects: withoutEntry(world.objects, po_name),
  }),
  POStateChanged: (world, { po_name, new_state }, { at }) => {
    const known = world.objects.get(po_name) ?? newObject(po_name);
    return withObject(world, { ...known, state: new_state, since: at });
  },
  POModified: (world, { po_name }) => {
    const known = world.objects.get(po_name);
    return known ? withObject(world, { ...known, changes: known.changes + 1 }) : world;
  },
  BusEntry: (world, { from, to, message, timestamp, session_id }, { seq }) => {
    const text = clip(message, MAX_TEXT_LENGTH);
    // An answer that only calls tools says nothing; the calls are entries of their own. A fork repeats what was said.
    if (text === "" || world.sessions.get(session_id)?.isCopied) return world;
    const end = (name: string) => clip(endOf(world, session_id, name), MAX_TEXT_LENGTH);
    const line = { seq, at: timestamp, from: end(from), to: end(to), text, session_id };
    return { ...world, bus: [...withoutTwin(world.bus, line), line].slice(-MAX_BUS_LINES) };
  },
  ConnectorAttached: (world, { connector_id, connector_type, client }, { at }) => {
    const others = world.connectors.filter((one) => one.connector_id !== connector_id);
    const shown = clip(client, MAX_TEXT_LENGTH);
    const connector = { connector_id, connector_type, client: shown, since: at };
    return { ...world, connectors: [...others, connector] };
  },
  ConnectorDetached: (world, { connector_id }) => ({
    ...world,
    connectors: world.connectors.filter((one) => one.connector_id !== connector_id),
  }),
};
