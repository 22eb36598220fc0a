// `jamey tools show|approve|revoke`: the tools that an environment brings itself, and which of them may run.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import type { Plugin } from "../../protocol/plugins.ts";
import { paintDifference } from "../../terminal/difference.ts";
import { showHidden } from "../../terminal/strip.ts";
import { withLink } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { withPager } from "../output/pager.ts";
import { confirmed } from "./env.ts";

export const show = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await findPlugin(context, link);
    if (context.isJson) await printJson(context, found);
    else await withPager(context, pageOf(context.out.hasColour, found));
    return 0;
  });

export const approve = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const found = await findPlugin(context, link);
    const { name, state, hash } = found;
    if (state === "approved") {
      if (context.isJson) await printJson(context, found);
      else await context.out.write(`'${name}' is approved as it is.\n`);
      return 0;
    }
    if (hash === null) throw new JameyError("config_invalid", `${name}: ${found.problem}`);
    if (!context.isJson) await context.err.write(pageOf(context.err.hasColour, found));
    const question = `Let '${name}' run with this, until it changes?`;
    const refusal = "jamey tools approve asks first, and nobody can answer here: add --yes.";
    if (!(await confirmed(context, { question, refusal }))) return 1;
    await link.call("ApprovePlugin", { plugin: name, hash });
    const now = await findPlugin(context, link);
    if (context.isJson) await printJson(context, now);
    else await context.out.write(`Approved ${name}.\n`);
    return 0;
  });

export const revoke = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [plugin = ""] = context.arguments.words;
    await link.call("RevokePlugin", { plugin });
    if (context.isJson) await printJson(context, { plugin });
    else await context.out.write(`'${showHidden(plugin)}' asks again before it runs.\n`);
    return 0;
  });

async function findPlugin(context: Context, link: Link): Promise<Plugin> {
  const [name = ""] = context.arguments.words;
  const { plugins } = await link.call("ListPlugins", {});
  const found = plugins.find((one) => one.name === name);
  if (found) return found;
  const known = plugins.map((one) => one.name).join(", ") || "none";
  const message = `This environment brings no tool '${showHidden(name)}' of its own; there are: ${known}.`;
  throw new JameyError("not_found", message);
}

/** Whole: nothing that is not shown is approved. */
export function pageOf(hasColour: boolean, found: Plugin): string {
  const { name, mode, state, problem, shown, difference, hash } = found;
  const head = `${name} (${mode ?? "?"}): ${state}${problem === null ? "" : `, ${problem}`}\n`;
  const changed =
    difference === ""
      ? ""
      : `\nWhat changed since it was approved:\n${paintDifference(hasColour, showHidden(difference))}`;
  const id = hash === null ? "" : `sha256 ${hash}\n`;
  return `${showHidden(head)}\n${showHidden(shown).trimEnd()}\n${id}${changed}`;
}
