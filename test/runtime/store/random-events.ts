// Random events out of the tables of the protocol: every kind, every field by its schema, in any order.
// Ids come from small pools, so that events meet. The same seed makes the same events.
import type { z } from "zod";
import {
  type StoredEvent,
  type StoredEventName,
  storedEvents,
} from "../../../src/protocol/events/index.ts";
import { createRandom, type Random } from "../../core/support/random.ts";
import { at } from "./samples.ts";

const sessionIds = ["s1", "s2", "s3"];
/** Of each session its own: no id is ever used by two. */
const sessionPools: Record<string, string[]> = {
  session_id: [""],
  turn_id: ["t1", "t2", "t3", "t4"],
  message_id: ["m1", "m2", "m3", "m4", "m5"],
  message_key: ["k1", "k2"],
  request_id: ["r1", "r2", "r3"],
};
const pools: Record<string, string[]> = {
  call_id: ["c1", "c2"],
  po_name: ["ada", "bob"],
  connector_id: ["x1", "x2", "x3"],
  model: ["offline/guide", "openai/gpt"],
};
const texts = [
  "",
  "plain words",
  'it\'s "quoted"; -- DROP',
  "日本 🦊 \u0000 \u202e",
  "one two",
  "{}",
];

/** What zod keeps about a schema, as far as it is walked here. */
interface Definition {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  /** Of a list: the fewest values it may have. */
  checks?: { _zod: { def: { minimum?: number } } }[];
  innerType?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  options?: z.core.$ZodType[];
  entries?: Record<string, string>;
  values?: unknown[];
}

/** A random event; it fits its schema, or this throws. */
export function randomEvent(random: Random): StoredEvent {
  // The keys of the table are its names.
  const type = random.pick(Object.keys(storedEvents) as StoredEventName[]);
  const { payload: schema } = storedEvents[type];
  const payload = schema.parse(make(schema, "", { random, session: random.pick(sessionIds) }));
  // Parsed by the schema of just this type.
  return { type, payload } as StoredEvent;
}

/** The stream that an event belongs to. */
export function streamOf({ type, payload }: StoredEvent): string {
  if ("session_id" in payload) return `session/${payload.session_id}`;
  if (type.startsWith("PO") && "po_name" in payload) return `object/${payload.po_name}`;
  return "environment";
}

export function randomEvents(seed: number, count: number): StoredEvent[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => randomEvent(random));
}

interface Making {
  random: Random;
  session: string;
}

function make(schema: z.core.$ZodType, key: string, making: Making): unknown {
  const { random } = making;
  // A plain view of zod's own definition; the parse in `randomEvent` proves each value.
  const definition = schema._zod.def as unknown as Definition;
  const inner = definition.innerType;
  switch (definition.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(definition.shape ?? {}).map(([name, field]) => [
          name,
          make(field, name, making),
        ]),
      );
    case "nullable":
      return random.oneIn(3) || !inner ? null : make(inner, key, making);
    case "optional":
      return random.oneIn(2) || !inner ? undefined : make(inner, key, making);
    case "default":
    case "prefault":
      return inner && make(inner, key, making);
    case "array": {
      const { element } = definition;
      const fewest = (definition.checks ?? []).map((one) => one._zod.def.minimum ?? 0);
      return Array.from(
        { length: Math.max(random.between(0, 2), ...fewest) },
        () => element && make(element, key, making),
      );
    }
    case "record": {
      const { valueType } = definition;
      return valueType && { [random.pick(["a", "b"])]: make(valueType, key, making) };
    }
    case "union":
      return make(random.pick(definition.options ?? []), key, making);
    case "enum":
      return random.pick(Object.values(definition.entries ?? {}));
    case "literal":
      return definition.values?.[0];
    case "boolean":
      return random.oneIn(2);
    case "number":
      // Small limits, such as of retries, take no more than ten.
      return random.between(1, fits(schema, 60) ? 60 : 10);
    case "lazy":
    case "unknown":
      return randomJson(random);
    case "string":
      return randomText(schema, key, making);
    default:
      throw new Error(`no random value for the schema ${definition.type} of ${key}`);
  }
}

/** The schema parses what it describes. */
const fits = (schema: z.core.$ZodType, value: unknown): boolean =>
  (schema as z.ZodType).safeParse(value).success;

function randomJson(random: Random): unknown {
  const leaf = () => random.pick<unknown>([null, true, 7, 0.25, "text", []]);
  return random.oneIn(3) ? { left: leaf(), right: [leaf(), { deep: leaf() }] } : leaf();
}

/** Names of ids from their pool; else any text that the schema takes, or a time. */
function randomText(schema: z.core.$ZodType, key: string, { random, session }: Making): string {
  const ofSession = sessionPools[key];
  if (ofSession) return `${session}${random.pick(ofSession)}`;
  const pool = pools[key];
  if (pool) return random.pick(pool);
  const text = random.pick(texts);
  return [text, "name", at].find((value) => fits(schema, value)) ?? "name";
}
