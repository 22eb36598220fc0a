// The table of events: what happened, is kept, and is followed. A row here without a fold in the
// machine that owns it does not compile.
import { z } from "zod";
import { at, count, id } from "../messages.ts";
import { connectorEvents } from "./connector.ts";
import { derivedEvents } from "./derived.ts";
import { objectEvents } from "./object.ts";
import { pluginEvents } from "./plugin.ts";
import { requestEvents } from "./request.ts";
import { ruleEvents } from "./rule.ts";
import { scheduleEvents } from "./schedule.ts";
import { sessionEvents } from "./session.ts";
import { spawnedEvents } from "./spawned.ts";
import { turnEvents } from "./turn.ts";

export const sessionStreamEvents = { ...sessionEvents, ...turnEvents, ...requestEvents } as const;
export const environmentEvents = {
  ...connectorEvents,
  ...scheduleEvents,
  ...ruleEvents,
  ...pluginEvents,
  ...spawnedEvents,
} as const;
export const storedEvents = {
  ...sessionStreamEvents,
  ...objectEvents,
  ...environmentEvents,
} as const;
export const events = { ...storedEvents, ...derivedEvents } as const;

type TableOf<Table extends Record<string, { payload: z.ZodType }>> = {
  [Name in keyof Table & string]: { type: Name; payload: z.infer<Table[Name]["payload"]> };
}[keyof Table & string];

export type StoredEventName = keyof typeof storedEvents;
export type EventName = keyof typeof events;
export type EventPayload<Name extends EventName> = z.infer<(typeof events)[Name]["payload"]>;
/** What a machine decides: a type and its payload. The journal adds the rest. */
export type StoredEvent = TableOf<typeof storedEvents>;
export type SessionEvent = TableOf<typeof sessionStreamEvents>;
export type ObjectEvent = TableOf<typeof objectEvents>;
export type EnvironmentEvent = TableOf<typeof environmentEvents>;

export const eventName = z.enum(Object.keys(events) as [EventName, ...EventName[]]);

/** What a row of the journal carries beside its payload. `seq` is the only cursor. */
export const eventHeader = z.object({
  seq: count,
  stream: z.string(),
  version: count,
  at,
  caller: z.string(),
  causation_id: id.nullable(),
});

export type EventHeader = z.infer<typeof eventHeader>;
export type StoredRow = EventHeader & StoredEvent;
