// `jamey keys`: what programs elsewhere carry to be let in. The text of a key goes to stdout, once; what
// there is to say about it goes to stderr.
import type { Link } from "../../client/link.ts";
import type { Params, Reply } from "../../protocol/commands/index.ts";
import type { AccessKey } from "../../protocol/commands/key.ts";
import { JameyError } from "../../protocol/errors.ts";
import { SCOPES, type Scope } from "../../protocol/scopes.ts";
import { oneLine } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { MAX_AGE_MS, readAge } from "../input/parse-age.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListKeys", {});
    if (context.isJson) await printJson(context, found);
    else if (found.keys.length === 0) await context.note("There are no keys.");
    else await context.out.write(columns([HEAD, ...found.keys.map(row)]));
    return 0;
  });

export async function create(context: Context): Promise<number> {
  const [name = ""] = context.arguments.words;
  const expires_at = readExpiry(context.arguments.text("expires"), Date.now());
  const scopes = readScopes(context.arguments.text("scope"));
  const made = await make(context, { name, expires_at, ...scopes });
  if (context.isJson) await printJson(context, made);
  else await context.out.write(`${made.text}\n`);
  const until = expires_at === null ? "until it is revoked" : `until ${expires_at}`;
  const means = made.key.scopes.map((scope) => MEANS[scope]).join("; ");
  await context.note(
    `This is shown once. It may ${means}. It holds ${until}: jamey keys revoke ${name}`,
  );
  return 0;
}

/** By the daemon; without it where settings keep it from starting, which may be that there is no key. */
async function make(context: Context, asked: Params<"CreateKey">): Promise<Reply<"CreateKey">> {
  let made: Reply<"CreateKey"> | undefined;
  try {
    await withLink(context, async (link) => {
      made = await link.call("CreateKey", asked);
      return 0;
    });
  } catch (thrown) {
    if (!(thrown instanceof JameyError && thrown.code === "config_invalid")) throw thrown;
  }
  return made ?? (await (await context.host.upkeep()).createKey(asked));
}

export const revoke = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [named = ""] = context.arguments.words;
    const { key_id, name } = await findKey(link, named);
    await link.call("RevokeKey", { key_id });
    if (context.isJson) await printJson(context, { key_id, name });
    else await context.out.write(`Revoked ${oneLine(name, 64)} (${key_id}).\n`);
    return 0;
  });

/** What a key may do, in words for who gives it away. */
const MEANS: Readonly<Record<Scope, string>> = {
  read: "read every conversation",
  chat: "talk to agents, who may read their workspace and do what your rules allow",
  admin: "run anything as you: approve what agents ask, allow them more, stop the daemon",
};

const HEAD = ["KEY", "NAME", "SCOPES", "MADE", "ENDS"];

const row = ({ key_id, name, scopes, created_at, expires_at }: AccessKey): string[] => [
  key_id,
  oneLine(name, 64),
  scopes.join(","),
  created_at,
  expires_at ?? "never",
];

async function findKey(link: Link, named: string): Promise<AccessKey> {
  const { keys } = await link.call("ListKeys", {});
  const found = keys.find((key) => key.key_id === named) ?? keys.find((key) => key.name === named);
  if (found) return found;
  throw new JameyError("not_found", `There is no key '${named}'. See 'jamey keys list'.`);
}

function readScopes(text: string | undefined): { scopes?: Scope[] } {
  if (text === undefined) return {};
  const scopes = text.split(",").map((one) => {
    const found = SCOPES.find((scope) => scope === one.trim());
    if (found) return found;
    throw usageError(`--scope takes ${SCOPES.join(", ")}, with commas between; not '${text}'.`);
  });
  return { scopes };
}

/** `12h`, `30d`, `8w`, or a date; null without one. */
export function readExpiry(text: string | undefined, nowMs: number): string | null {
  if (text === undefined) return null;
  const isDate = /^\d{4}-\d{2}-\d{2}(T|$)/.test(text);
  const endMs = isDate ? Date.parse(text) : nowMs + (readAge(text) ?? Number.NaN);
  if (endMs > nowMs && endMs <= nowMs + MAX_AGE_MS) return new Date(endMs).toISOString();
  throw usageError(`--expires takes a time from now or a date to come, such as 30d or 2030-01-31.`);
}
