// `jamey env trust`: what an imported environment would make active, shown in full before it is asked.
import type { Activation } from "../../protocol/environments.ts";
import { type Context, printJson } from "../context.ts";
import { confirmed, nameOf } from "./env.ts";

export async function trust(context: Context): Promise<number> {
  const environments = await context.host.environments();
  const environment = nameOf(context);
  const activation = await environments.activation(environment);
  if (activation.is_trusted) {
    if (context.isJson) await printJson(context, { ...activation, restart_needed: false });
    else await context.out.write(`'${environment}' is trusted.\n`);
    return 0;
  }
  if (context.isJson && !context.arguments.has("yes")) {
    // A script that only looks.
    await printJson(context, { ...activation, restart_needed: false });
    await context.note("Nothing was changed: add --yes.");
    return 1;
  }
  if (!context.isJson) await context.err.write(shown(activation));
  const question = `Trust '${environment}' with this?`;
  const refusal = `jamey env trust asks first, and nobody can answer here: add --yes.`;
  if (!(await confirmed(context, { question, refusal }))) return 1;
  const { restart } = await environments.trust({ environment, hash: activation.hash });
  if (context.isJson) {
    await printJson(context, { ...activation, is_trusted: true, restart_needed: restart });
  } else {
    await context.out.write(`'${environment}' is trusted now.\n`);
    if (restart) await context.note(`For its daemon: jamey daemon restart --env ${environment}`);
  }
  return 0;
}

/** Whole: nothing that is not shown is trusted. */
export function shown({ name, from, on_start, wakes, settings, files }: Activation): string {
  const lines = [`'${name}'${from === null ? "" : ` came from ${from}`}. Trusted, it would:`];
  for (const { object, message } of on_start) {
    lines.push(`  send ${object} at each start: ${JSON.stringify(message)}`);
  }
  for (const { object, kind, spec, message } of wakes) {
    lines.push(`  wake ${object} by ${kind} ${spec}: ${JSON.stringify(message)}`);
  }
  for (const { key, value } of settings) lines.push(`  set ${key} to ${JSON.stringify(value)}`);
  for (const file of files) lines.push(`  use ${file}`);
  if (lines.length === 1) lines.push("  do nothing that it does not do already");
  return lines.map((line) => `${visible(line)}\n`).join("");
}

/** What would hide, turn around or colour text is shown as what it is. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
