// Commands over the keys that programs elsewhere carry to be let in. The text of a key is shown once.
import { z } from "zod";
import { MAX_KEYS } from "../limits.ts";
import { at, id, name, orNull } from "../messages.ts";
import { command, scope } from "./command.ts";

const scopes = z.array(scope).min(1).max(scope.options.length);

/** What is known of a key; never the key itself. */
export const accessKey = z.object({
  key_id: id,
  name: z.string(),
  scopes,
  created_at: at,
  expires_at: at.nullable(),
});

export const keyCommands = {
  ListKeys: command({
    summary: "Every key, without its text.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({}).prefault({}),
    reply: "KeyList",
    payload: z.object({ keys: z.array(accessKey).max(MAX_KEYS) }),
  }),
  CreateKey: command({
    summary: "Make a key. Its text is in this reply and nowhere else.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({
      name,
      /** No more than the caller has. Each brings those beneath it: admin > chat > read. */
      scopes: scopes.default(["read", "chat"]),
      expires_at: orNull(at),
    }),
    reply: "KeyCreated",
    payload: z.object({ key: accessKey, text: z.string() }),
  }),
  RevokeKey: command({
    summary: "End a key at once, and every connection that uses it.",
    scope: "admin",
    isHumanOnly: true,
    params: z.object({ key_id: id }),
    reply: "Ok",
    payload: z.object({}),
  }),
} as const;

export type AccessKey = z.infer<typeof accessKey>;
