// What a row of the table of MCP tools is made of, and how it is played for one host: a tool is one command
// of the table of commands, or several in a row. Who may call it is decided by the door that they go through.
import type {
  CallToolResult,
  InputRequiredResult,
  McpServer,
  RegisteredTool,
  ServerContext,
  StandardSchemaWithJSON,
  ToolAnnotations,
} from "@modelcontextprotocol/server";
import type { CommandWord } from "../../../protocol/commands/command.ts";
import {
  type CommandName,
  commands,
  type Params,
  type Reply,
} from "../../../protocol/commands/index.ts";
import { bytesOf } from "../../../protocol/decode.ts";
import { type ErrorBody, JameyError, toErrorBody } from "../../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../../protocol/limits.ts";
import type { Schema } from "../../../protocol/schema.ts";
import type { Ask } from "../http/route.ts";
import { type CallState, fingerprintOf, type Humans } from "./humans.ts";
import type { McpLink } from "./link.ts";
import { described } from "./schemas.ts";

/** A result travels twice, as text and as a structure. */
export const MAX_RESULT_BYTES = MAX_FRAME_BYTES / 4;

/** One call of one tool. */
export interface Visit {
  link: McpLink;
  /** Asks for as long as the call lasts. */
  ask: Ask<CommandName>;
  context: ServerContext;
  fingerprint: string;
  humans: Humans;
  /** Where this very call stood when its human was asked. */
  state: CallState | undefined;
}

/** What a tool says; `isError` where it is nothing that was hoped for. */
export type Said<Answer> = { answer: Answer; isError?: boolean } | { asks: InputRequiredResult };

export interface ToolRow {
  name: string;
  title: string;
  description: string;
  annotations: ToolAnnotations;
  commands: readonly CommandName[];
  input: StandardSchemaWithJSON;
  output: StandardSchemaWithJSON;
  run(visit: Visit, asked: unknown): Promise<Said<unknown>>;
}

interface Words {
  title: string;
  /** Default: what the table of commands says. */
  description?: string;
  annotations: ToolAnnotations;
}

export const looks: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };
export const changes: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  openWorldHint: false,
};
export const destroys: ToolAnnotations = { ...changes, destructiveHint: true };
/** An agent may do anything that its own rules allow. */
export const acts: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  openWorldHint: true,
};

/** A tool that is one command, word for word. */
export function one<Name extends CommandName>(
  name: string,
  command: Name,
  words: Words & { answers?: CommandWord["payload"]; to_reply?: (reply: Reply<Name>) => unknown },
): ToolRow {
  const word: CommandWord = commands[command];
  const { answers = word.payload, to_reply = (reply) => reply, ...rest } = words;
  return {
    description: word.summary,
    ...rest,
    name,
    commands: [command],
    input: described(word.params),
    output: described(answers),
    async run({ ask }, asked) {
      // `handle` checks what a command is given.
      return { answer: to_reply(await ask(command, asked as Params<Name>)) };
    },
  };
}

/** A tool that is several commands, each with what the ones before it said. */
export function flow<Asked, Answer>(
  name: string,
  words: Words & {
    description: string;
    commands: readonly CommandName[];
    asks: Schema<Asked>;
    answers: Schema<Answer>;
    run(visit: Visit, asked: Asked): Promise<Said<Answer>>;
  },
): ToolRow {
  const { asks, answers, run, ...rest } = words;
  return {
    ...rest,
    name,
    input: described(asks),
    output: described(answers),
    // The host's arguments were read by this very schema before.
    run: async (visit, asked) => await run(visit, asked as Asked),
  };
}

/** Whether this caller would be let through the door with it. */
function mayCall({ link }: Pick<Visit, "link">, row: ToolRow): boolean {
  const { scopes, isHuman, isOnSocket } = link.caller;
  return row.commands.every((name) => {
    const word: CommandWord = commands[name];
    const isLetIn = (isHuman || !word.isHumanOnly) && (isOnSocket || !word.isSocketOnly);
    return isLetIn && scopes.includes(word.scope);
  });
}

/** undefined: it is nothing for this caller. */
export function offerTool(
  server: McpServer,
  row: ToolRow,
  about: Pick<Visit, "link" | "humans">,
): RegisteredTool | undefined {
  if (!mayCall(about, row)) return undefined;
  const { title, description, annotations, input, output } = row;
  return server.registerTool(
    row.name,
    { title, description, annotations, inputSchema: input, outputSchema: output },
    async (asked: unknown, context: ServerContext) => {
      try {
        const ask = about.link.askFor(context.mcpReq.signal);
        const call = { context, fingerprint: fingerprintOf(row.name, asked) };
        const state = about.humans.stateOf(call);
        return resultOf(await row.run({ ...about, ...call, ask, state }, asked));
      } catch (thrown) {
        return errorResult(toErrorBody(thrown));
      }
    },
  );
}

function resultOf(said: Said<unknown>): CallToolResult | InputRequiredResult {
  if ("asks" in said) return said.asks;
  const text = JSON.stringify(said.answer);
  if (bytesOf(text, MAX_RESULT_BYTES) > MAX_RESULT_BYTES) {
    const message = `The answer is larger than ${MAX_RESULT_BYTES} bytes: ask for less of it.`;
    return errorResult(toErrorBody(new JameyError("too_large", message)));
  }
  return {
    content: [{ type: "text", text }],
    // Every answer of the table is an object.
    structuredContent: said.answer as Record<string, unknown>,
    ...(said.isError ? { isError: true } : {}),
  };
}

/** Where programs find what our other doors say: a structure would have to be that of an answer. */
const ERROR = "jamey/error";

const errorResult = (error: ErrorBody): CallToolResult => ({
  content: [{ type: "text", text: `${error.code}: ${error.message}` }],
  _meta: { [ERROR]: error },
  isError: true,
});
