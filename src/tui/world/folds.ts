// The shape of a table of folds: what each event makes of the world.
import type { EventName, EventPayload } from "../../protocol/events/index.ts";
import type { World } from "./shapes.ts";

export interface When {
  at: string;
  seq: number;
  /** The session that the human looks at. */
  open: string | null;
}

export type Fold<Payload> = (world: World, payload: Payload, when: When) => World;
export type Folds = { readonly [Name in EventName]?: Fold<EventPayload<Name>> };

export function foldOf(folds: Folds, name: EventName): Fold<unknown> | undefined {
  // The daemon wrote the payload by the table of events, under this name.
  return Object.hasOwn(folds, name) ? (folds[name] as Fold<unknown> | undefined) : undefined;
}

/** A map with one entry more, or another one in its place. */
export const withEntry = <Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
): ReadonlyMap<string, Value> => new Map(map).set(key, value);

export function withoutEntry<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const next = new Map(map);
  next.delete(key);
  return next;
}
