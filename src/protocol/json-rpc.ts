// Messages of JSON-RPC as far as they are described here: what is in them is MCP's.
import { z } from "zod";

const rpcMessage = z.looseObject({
  jsonrpc: z.literal("2.0"),
  /** Left out of a notification; null answers what nobody could read. */
  id: z.union([z.string(), z.number()]).nullable().optional(),
  method: z.string().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.number().int(), message: z.string() }).optional(),
});

/** One message, or a batch of them. */
export const rpcBody = z.union([rpcMessage, z.array(rpcMessage)]);

/** What HTTP itself refuses; `code` in `data` is ours, where the refusal is. */
export const rpcErrorAnswer = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number()]).nullable(),
  error: z.looseObject({ code: z.number().int(), message: z.string() }),
});
