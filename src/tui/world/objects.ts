// What events of objects, connectors and the bus make of the world.
import { clip } from "./clip.ts";
import { type Folds, withEntry, withoutEntry } from "./folds.ts";
import { type AgentObject, MAX_BUS_LINES, MAX_TEXT_LENGTH, type World } from "./shapes.ts";

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
    // An answer that only calls tools says nothing; the calls are entries of their own.
    if (text === "") return world;
    const ends = { from: clip(from, MAX_TEXT_LENGTH), to: clip(to, MAX_TEXT_LENGTH) };
    const line = { seq, at: timestamp, ...ends, text, session_id };
    return { ...world, bus: [...world.bus, line].slice(-MAX_BUS_LINES) };
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
