// What a row of the table of routes is made of: commands, and where a document wants other words, how
// they are read and said. Nothing here does anything; `calls.ts` plays a row.
import type { CommandWord } from "../../../protocol/commands/command.ts";
import {
  type CommandName,
  commands,
  type Params,
  type Reply,
} from "../../../protocol/commands/index.ts";
import { readGiven } from "../../../protocol/given.ts";
import type { Schema } from "../../../protocol/schema.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Of these methods the fields travel in a body. */
export const hasBody = (method: Method): boolean =>
  method === "POST" || method === "PUT" || method === "PATCH";

/** One command; its error is thrown. */
export type Ask<Names extends CommandName> = <Name extends Names>(
  command: Name,
  params: Params<Name>,
) => Promise<Reply<Name>>;

/** Path, query and body together: a field stands in one of them, or is the same in each. */
export type Given = Record<string, unknown>;

export interface Example {
  body?: unknown;
  reply?: unknown;
}

interface Words {
  /** Its name in the OpenAPI document. */
  id: string;
  summary?: string;
  /** More than a summary, where behaviour has to be told. */
  description?: string;
  status?: 200 | 201;
  /** Fields that a route with a body takes from the query. */
  query?: readonly string[];
  example?: Example;
  /** `text`: a document `{text, media_type}` travels as itself; `call`: the reply with its name. */
  sends?: "json" | "text" | "call";
}

export interface Route extends Words {
  method: Method;
  /** `/api/pos/{po_name}`: a braced segment is a field. */
  path: string;
  /** What it gives. The caller needs the scopes of all before the first. */
  commands: readonly CommandName[];
  tag: string;
  asks: CommandWord["params"];
  answers: CommandWord["payload"];
  /** True: a turn is waited for, and its end decides about the status. */
  isTurn: boolean;
  run(ask: Ask<CommandName>, given: Given): Promise<unknown>;
}

interface OneWords<Name extends CommandName, Answer> extends Words {
  /** What the route takes, where it is not what the command does. */
  asks?: CommandWord["params"];
  to_params?(given: Given): Given;
  /** The document's shape, and how the command's reply becomes it. */
  answers?: Schema<Answer>;
  to_reply?(reply: Reply<Name>): Answer;
}

/** A route that is one command. */
export function one<Name extends CommandName, Answer = unknown>(
  method: Method,
  path: string,
  command: Name,
  words: OneWords<Name, Answer>,
): Route {
  const word: CommandWord = commands[command];
  const { to_params = (given: Given) => given, to_reply, ...rest } = words;
  return {
    summary: word.summary,
    ...rest,
    method,
    path,
    commands: [command],
    tag: tagOf(path),
    asks: words.asks ?? word.params,
    answers: words.answers ?? word.payload,
    isTurn: command === "WaitForTurn",
    async run(ask, given) {
      // `handle` checks what a command is given; here it is only put together.
      const reply = await ask(command, to_params(given) as Params<Name>);
      return to_reply ? to_reply(reply) : reply;
    },
  };
}

interface FlowWords<Names extends CommandName, Asked, Answer> extends Words {
  summary: string;
  commands: readonly Names[];
  asks: Schema<Asked>;
  answers: Schema<Answer>;
  run(ask: Ask<Names>, asked: Asked): Promise<Answer>;
}

/** A route that is several commands, each with what the ones before it said. */
export function flow<Names extends CommandName, Asked, Answer>(
  method: Method,
  path: string,
  words: FlowWords<Names, Asked, Answer>,
): Route {
  return {
    ...words,
    method,
    path,
    tag: tagOf(path),
    isTurn: words.commands.some((name) => name === "WaitForTurn"),
    run: async (ask, given) => await words.run(ask, readGiven(words, given)),
  };
}

const tagOf = (path: string): string =>
  path.startsWith("/api/") ? (path.split("/")[2] ?? "") : "sessions";
