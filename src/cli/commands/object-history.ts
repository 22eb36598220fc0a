// `jamey objects history|diff`: the versions of an object, and what differs between them.
import type { Link } from "../../client/link.ts";
import type { PoVersion } from "../../protocol/commands/object.ts";
import { JameyError } from "../../protocol/errors.ts";
import { showAge } from "../../terminal/age.ts";
import { differenceOf, paintDifference } from "../../terminal/difference.ts";
import { shortHash } from "../../terminal/short-hash.ts";
import { oneLine } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, columns, printJson } from "../context.ts";
import { readCount } from "../one-shot/settings.ts";
import { withPager } from "../output/pager.ts";

export const history = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const found = await link.call("ListPOHistory", { po_name: given.words[0] ?? "" });
    const versions = found.versions.slice(0, readCount(given, "limit"));
    if (context.isJson) await printJson(context, { versions });
    else await withPager(context, columns(versions.map(rowOf)));
    return 0;
  });

const rowOf = ({ hash, is_live, at, author, bytes, reason }: PoVersion): string[] => [
  shortHash(hash),
  is_live ? "live" : "",
  showAge(at, Date.now()),
  oneLine(author, 60),
  `${bytes} bytes`,
  oneLine(reason, 200),
];

export const diff = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [po_name = "", from, to] = context.arguments.words;
    const after = await link.call("GetPOVersion", { po_name, hash: to ?? null });
    const hash = from ?? (await baseOf(link, after));
    const before = await link.call("GetPOVersion", { po_name, hash });
    const name = (version: PoVersion) => `${po_name} ${shortHash(version.hash)}`;
    const patch = await differenceOf(
      { name: name(before), text: before.text },
      { name: name(after), text: after.text },
    );
    if (context.isJson) {
      await printJson(context, { po_name, from: before.hash, to: after.hash, diff: patch });
    } else if (patch === "") await context.note("Nothing differs.");
    else await withPager(context, paintDifference(context.out.hasColour, patch));
    return 0;
  });

/** The version that this one was made from. */
async function baseOf(link: Link, { po_name, hash }: PoVersion): Promise<string> {
  const { versions } = await link.call("ListPOHistory", { po_name });
  const base = versions.find((one) => one.hash === hash)?.base_hash;
  if (base) return base;
  const message = `'${po_name}' has only one version so far: there is nothing to compare it with.`;
  throw new JameyError("not_found", message);
}
