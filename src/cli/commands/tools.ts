// `jamey tools` and `jamey list-tools`: what agents can do, and doing it by hand.
import type { Json, ToolSpec } from "../../protocol/messages.ts";
import type { Plugin } from "../../protocol/plugins.ts";
import { oneLine, showHidden, stripControl } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { findSession } from "../input/find-session.ts";
import { withPager } from "../output/pager.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListTools", {});
    if (context.isJson) await printJson(context, found);
    else {
      const { plugins } = await link.call("ListPlugins", {});
      const said = notesOf(plugins);
      const rows = found.tools.map(({ name, risk, description }) => [
        oneLine(name, 64),
        risk,
        `${firstSentence(oneLine(showHidden(description), 200))}${said.get(name) ?? ""}`,
      ]);
      for (const { name, problem } of plugins.filter(({ state }) => state === "broken")) {
        rows.push([oneLine(name, 64), "broken", oneLine(showHidden(problem ?? ""), 200)]);
      }
      await withPager(context, columns(rows));
    }
    return 0;
  });

/** What a human has still to say of a tool of the environment. */
function notesOf(plugins: readonly Plugin[]): Map<string, string> {
  const notes = {
    waiting: " [not approved yet]",
    changed: " [changed: approve it again]",
  } as const;
  return new Map(
    plugins.flatMap(({ tools, state }) => {
      if (state !== "waiting" && state !== "changed") return [];
      return tools.map((tool): [string, string] => [tool, notes[state]]);
    }),
  );
}

const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;

export const runTool = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [name = "", ...words] = context.arguments.words;
    const { tools } = await link.call("ListTools", {});
    const parameters = tools.find((tool) => tool.name === name)?.parameters;
    const args = readToolArguments(words, parameters);
    const named = context.arguments.text("session");
    const session_id = named === undefined ? null : (await findSession(link, named)).session_id;
    const { result } = await link.call("RunTool", { session_id, name, args });
    if (context.isJson) await printJson(context, { result });
    else {
      const output = stripControl(result.output).replace(/\n+$/, "");
      if (output !== "") await context.out.write(`${output}\n`);
    }
    return result.success ? 0 : 1;
  });

/**
 * One JSON object, or `key=value` pairs: a value is text where the tool's schema says so, else JSON
 * where it reads as such, else text.
 */
export function readToolArguments(
  words: readonly string[],
  parameters: ToolSpec["parameters"] = {},
): Json {
  const [first] = words;
  if (first === undefined) return {};
  if (first.startsWith("{")) {
    if (words.length > 1) throw usageError("Give one JSON object, or key=value pairs.");
    return readJson(first) ?? refuse(first);
  }
  const pairs = words.map((word): [string, Json] => {
    const at = word.indexOf("=");
    if (at < 1)
      throw usageError(`'${word}' is no argument of a tool: write key=value, or one JSON object.`);
    const [key, value] = [word.slice(0, at), word.slice(at + 1)];
    return [key, isText(parameters, key) ? value : (readJson(value) ?? value)];
  });
  return Object.fromEntries(pairs);
}

/** The schema takes nothing but text there; null beside it changes nothing. */
function isText({ properties }: ToolSpec["parameters"], key: string): boolean {
  const types = typesOf(propertyOf(properties, key)).filter((type) => type !== "null");
  return types.length > 0 && types.every((type) => type === "string");
}

function typesOf(schema: Json | undefined): Json[] {
  const type = propertyOf(schema, "type");
  if (type !== undefined) return Array.isArray(type) ? type : [type];
  const choices = propertyOf(schema, "anyOf");
  return Array.isArray(choices) ? choices.flatMap(typesOf) : [];
}

function propertyOf(value: Json | undefined, key: string): Json | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, key) ? value[key] : undefined;
}

function refuse(text: string): never {
  throw usageError(`The tool's arguments are not valid JSON: ${oneLine(text, 100)}`);
}

function readJson(text: string): Json | undefined {
  try {
    // JSON.parse gives JSON and nothing else.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
