// `jamey keys`: what programs elsewhere carry to be let in. The text of a key goes to stdout, once; what
// there is to say about it goes to stderr.
import type { Link } from "../../client/link.ts";
import type { Scope } from "../../protocol/commands/command.ts";
import { type AccessKey, keyCommands } from "../../protocol/commands/key.ts";
import { JameyError } from "../../protocol/errors.ts";
import { usageError } from "../arguments.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { oneLine } from "../strip.ts";

export const list = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await link.call("ListKeys", {});
    if (context.isJson) await printJson(context, found);
    else if (found.keys.length === 0) await context.note("There are no keys.");
    else await context.out.write(columns([HEAD, ...found.keys.map(row)]));
    return 0;
  });

export const create = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [name = ""] = context.arguments.words;
    const expires_at = readExpiry(context.arguments.text("expires"), Date.now());
    const made = await link.call("CreateKey", {
      name,
      expires_at,
      ...readScopes(context.arguments.text("scope")),
    });
    if (context.isJson) await printJson(context, made);
    else await context.out.write(`${made.text}\n`);
    const until = expires_at === null ? "until it is revoked" : `until ${expires_at}`;
    await context.note(
      `This is shown once. It may ${made.key.scopes.join(", ")}, ${until}: jamey keys revoke ${name}`,
    );
    return 0;
  });

export const revoke = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [named = ""] = context.arguments.words;
    const { key_id, name } = await findKey(link, named);
    await link.call("RevokeKey", { key_id });
    if (context.isJson) await printJson(context, { key_id, name });
    else await context.out.write(`Revoked ${oneLine(name, 64)} (${key_id}).\n`);
    return 0;
  });

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

const known: readonly Scope[] = keyCommands.CreateKey.params.shape.scopes.unwrap().element.options;

function readScopes(text: string | undefined): { scopes?: Scope[] } {
  if (text === undefined) return {};
  const scopes = text.split(",").map((one) => {
    const found = known.find((scope) => scope === one.trim());
    if (found) return found;
    throw usageError(`--scope takes ${known.join(", ")}, with commas between; not '${text}'.`);
  });
  return { scopes };
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** An end further away is none. */
const MAX_EXPIRY_MS = 100 * 365 * 86_400_000;

/** `12h`, `30d`, `8w`, or a date; null without one. */
export function readExpiry(text: string | undefined, nowMs: number): string | null {
  if (text === undefined) return null;
  const [, number, unit = ""] = /^(\d+)([hdw])$/.exec(text) ?? [];
  const isDate = /^\d{4}-\d{2}-\d{2}(T|$)/.test(text);
  const endMs = number ? nowMs + Number(number) * (UNIT_MS[unit] ?? 0) : Date.parse(text);
  const isInReach = endMs > nowMs && endMs < nowMs + MAX_EXPIRY_MS;
  if ((number || isDate) && isInReach) return new Date(endMs).toISOString();
  throw usageError(`--expires takes a time from now or a date to come, such as 30d or 2030-01-31.`);
}
