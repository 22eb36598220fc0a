// Handlers over the keys that programs elsewhere carry. Nobody makes a key that may do more than they may.
import { widened } from "../../protocol/commands/command.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";

type KeyCommands = "ListKeys" | "CreateKey" | "RevokeKey";

export function keyHandlers({ services }: HandlerContext): Pick<Handlers, KeyCommands> {
  const { keys, log, world } = services;
  return {
    ListKeys: () => ({ keys: keys.list() }),
    CreateKey(asked, caller) {
      const { name, expires_at } = asked;
      const scopes = widened(asked.scopes);
      const missing = scopes.find((scope) => !caller.scopes.includes(scope));
      if (missing !== undefined) {
        const message = `A key with the scope '${missing}' can be made only by who has it.`;
        throw new JameyError("forbidden", message, { details: { scope: missing } });
      }
      if (expires_at !== null && Date.parse(expires_at) <= Date.parse(world.now())) {
        throw new JameyError("invalid_request", `The key would have expired at ${expires_at}.`);
      }
      const made = keys.create({ name, scopes, expires_at });
      log.info("key made", { key: made.key.key_id, name, by: caller.client });
      return made;
    },
    RevokeKey({ key_id }, caller) {
      keys.revoke(key_id);
      log.info("key revoked", { key: key_id, by: caller.client });
      return {};
    },
  };
}
