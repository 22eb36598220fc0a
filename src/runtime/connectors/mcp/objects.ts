// What a host is offered for each object: its template as a prompt, and, where the settings ask for it, a tool of
// its own. Objects come and go while a host is connected: what it is offered changes with them.
import type {
  McpServer,
  RegisteredPrompt,
  RegisteredTool,
  StandardSchemaWithJSON,
} from "@modelcontextprotocol/server";
import type { Reply } from "../../../protocol/commands/index.ts";
import { isObject } from "../../../protocol/json.ts";
import { objectToolCall, promptArguments, turnAnswer } from "../../../protocol/mcp.ts";
import type { Humans } from "./humans.ts";
import type { McpLink } from "./link.ts";
import { acts, flow, offerTool } from "./tool.ts";
import { converse } from "./turns.ts";

/** Objects that hosts are offered prompts and tools for; the others are reached by name. */
const MAX_OFFERED = 200;
/** What hosts take as the name of a tool, with `ask_` before it. */
const TOOL_NAME = /^[A-Za-z0-9_-]{1,60}$/;

export interface OfferedObjects {
  /** Looks which objects there are now. */
  refresh(): Promise<void>;
}

export function offerObjects(
  server: McpServer,
  about: { link: McpLink; humans: Humans },
  { hasTools }: { hasTools: boolean },
): OfferedObjects {
  const { ask } = about.link;
  const offered = new Map<string, { key: string; all: (RegisteredPrompt | RegisteredTool)[] }>();

  function withdraw(name: string): void {
    for (const one of offered.get(name)?.all ?? []) one.remove();
    offered.delete(name);
  }

  function offer(found: Reply<"InspectPO">, key: string): void {
    const prompt = offerPrompt(server, found, about.link);
    const tool = hasTools && TOOL_NAME.test(found.name) ? offerObject(server, found, about) : [];
    offered.set(found.name, { key, all: [prompt, ...tool] });
  }

  async function look(): Promise<void> {
    const { prompt_objects } = await ask("ListPOs", {});
    const names = prompt_objects.slice(0, MAX_OFFERED).map(({ name }) => name);
    for (const name of offered.keys()) if (!names.includes(name)) withdraw(name);
    for (const name of names) {
      const found = await ask("InspectPO", { po_name: name }).catch(() => undefined);
      const key = found && `${found.version} ${found.description}`;
      if (offered.get(name)?.key === key) continue;
      withdraw(name);
      if (found && key !== undefined) offer(found, key);
    }
  }

  return { refresh: createTurns(look) };
}

/** One after the other, for an older look must not undo a newer; who comes while one waits shares that one. */
function createTurns(look: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  let waiting: Promise<void> | undefined;
  return () => {
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        running = look();
        return running;
      });
    return waiting;
  };
}

function offerPrompt(
  server: McpServer,
  { name, description, parameters }: Reply<"InspectPO">,
  { ask }: McpLink,
): RegisteredPrompt {
  const words = { title: name, description: description || `The prompt of '${name}'.` };
  const render = async (given: unknown) => {
    const context = Object.fromEntries(
      Object.entries(isObject(given) ? given : {}).map(([key, value]) => [key, String(value)]),
    );
    const { prompt } = await ask("InspectPO", { po_name: name, context });
    const content = { type: "text" as const, text: prompt };
    return { description: words.description, messages: [{ role: "user" as const, content }] };
  };
  if (parameters.length === 0) return server.registerPrompt(name, words, () => render({}));
  // zod's schemas are Standard Schemas that describe themselves.
  const argsSchema = promptArguments(parameters) as unknown as StandardSchemaWithJSON;
  return server.registerPrompt(name, { ...words, argsSchema }, (given: unknown) => render(given));
}

function offerObject(
  server: McpServer,
  { name, description }: Reply<"InspectPO">,
  about: { link: McpLink; humans: Humans },
): RegisteredTool[] {
  const row = flow(`ask_${name}`, {
    title: `Ask ${name}`,
    description: `${description} As send_message, to the object '${name}'.`.trim(),
    annotations: acts,
    commands: ["SendMessage", "WaitForTurn"],
    asks: objectToolCall,
    answers: turnAnswer,
    run: async (visit, asked) => await converse(visit, { ...asked, po_name: name }),
  });
  const tool = offerTool(server, row, about);
  return tool ? [tool] : [];
}
