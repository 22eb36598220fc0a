// JSON Schemas of every word, derived from the tables. What the wire snapshot and OpenAPI are made of.
import { z } from "zod";
import { commands } from "./commands/index.ts";
import { errorCodes } from "./errors.ts";
import { events } from "./events/index.ts";
import { frames } from "./frames.ts";
import { signals } from "./signals.ts";
import { PROTOCOL_VERSION } from "./version.ts";

/** A word of which only the type is known. */
export type Schema<Out = unknown> = z.ZodType<Out>;

export const schemaOf = (schema: z.ZodType, io: "input" | "output") =>
  z.toJSONSchema(schema, { io, unrepresentable: "any" });

const mapTable = <Row, Out>(table: Record<string, Row>, map: (row: Row) => Out) =>
  Object.fromEntries(Object.entries(table).map(([name, row]) => [name, map(row)]));

/** The whole wire as one JSON document. */
export function describeWire() {
  return {
    protocol_version: PROTOCOL_VERSION,
    commands: mapTable(commands, (row) => ({
      summary: row.summary,
      scope: row.scope,
      human_only: row.isHumanOnly,
      socket_only: row.isSocketOnly,
      params: schemaOf(row.params, "input"),
      reply: row.reply,
      payload: schemaOf(row.payload, "output"),
    })),
    events: mapTable(events, (row) => ({
      summary: row.summary,
      version: row.version,
      payload: schemaOf(row.payload, "output"),
    })),
    signals: mapTable(signals, (row) => ({
      summary: row.summary,
      payload: schemaOf(row.payload, "output"),
    })),
    frames: mapTable(frames, (schema) => schemaOf(schema, "input")),
    errors: errorCodes,
  };
}
