// Interfaces that objects open themselves: words that commands and events share.
import { z } from "zod";
import { MAX_SERVER_ROUTES } from "./limits.ts";
import { at, count, id } from "./messages.ts";

/** The table of kinds is `runtime/connectors/spawned/index.ts`. */
export const serverKind = z.enum(["http"]);

/** `METHOD /path`, as people write it; a segment `{id}` or `:id` stands for any. */
export const serverRoute = z
  .string()
  .max(300)
  .regex(/^(?:GET|POST|PUT|PATCH|DELETE) \/[^\s?#]*$/, "such as 'GET /' or 'POST /items/{id}'");
export const serverAction = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,63}$/, "letters, digits, '_' and '-', at most 64");
export const serverRoutes = z
  .record(serverRoute, serverAction)
  .refine((routes) => Object.keys(routes).length <= MAX_SERVER_ROUTES, {
    message: `at most ${MAX_SERVER_ROUTES} routes`,
  });

/** One interface of one object, as it is kept. */
export const spawnedServer = z.object({
  connector_id: id,
  /** Who opened it, and answers. */
  po_name: z.string(),
  kind: serverKind,
  host: z.string(),
  port: z.number().int().min(1).max(65_535),
  routes: z.record(z.string(), z.string()),
  spawned_at: at,
});

/** The same, and how it does since this daemon opened it. */
export const serverInfo = spawnedServer.extend({
  url: z.string(),
  /** The same on this machine under a name of its own: only there may the scripts of its pages ask it anything. */
  page_url: z.string(),
  /** Why it does not listen; null where it does. */
  problem: z.string().nullable(),
  requests: count,
  /** Of these, answered with a status of 500 and above. */
  errors: count,
  last_used_at: at.nullable(),
});

export type ServerKind = z.infer<typeof serverKind>;
export type SpawnedServer = z.infer<typeof spawnedServer>;
export type ServerInfo = z.infer<typeof serverInfo>;
