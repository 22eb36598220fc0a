// The one door: validate, authorise, dispatch, map errors. Connectors only authenticate and translate.
import type { CommandWord } from "../protocol/commands/command.ts";
import { type Asked, type CommandName, commands, type Reply } from "../protocol/commands/index.ts";
import { type ErrorBody, JameyError, toErrorBody } from "../protocol/errors.ts";
import { readGiven } from "../protocol/given.ts";
import { authorise, type Caller } from "./caller.ts";
import type { Log } from "./log.ts";

/** One handler for each command; a missing one does not compile. */
export type Handlers = {
  [Name in CommandName]: (asked: Asked<Name>, caller: Caller) => Promise<Reply<Name>> | Reply<Name>;
};

export type Answer =
  | { ok: true; type: string; payload: unknown }
  | { ok: false; type: "Error"; payload: ErrorBody };

export type Handle = (
  request: { type: string; payload: unknown },
  caller: Caller,
) => Promise<Answer>;

export function createDoor(handlers: Handlers, log: Log): Handle {
  return async (request, caller) => {
    try {
      const name = commandName(request.type);
      const word: CommandWord = commands[name];
      authorise(name, word, caller);
      const asked = readGiven({ id: name, asks: word.params }, request.payload ?? undefined);
      // The table gives each command the handler of its own parameters; the cast only says so.
      const handler = handlers[name] as (asked: unknown, caller: Caller) => unknown;
      return { ok: true, type: word.reply, payload: await handler(asked, caller) };
    } catch (thrown) {
      const error = toErrorBody(thrown);
      if (error.code === "internal") {
        const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
        log.error("command broke", { command: request.type, reason: error.message, stack });
      }
      return { ok: false, type: "Error", payload: error };
    }
  };
}

function commandName(type: string): CommandName {
  if (Object.hasOwn(commands, type)) return type as CommandName; // Its presence was just seen.
  const names = Object.keys(commands).join(", ");
  throw new JameyError("unknown_command", `There is no command '${type}'. There are: ${names}.`);
}
