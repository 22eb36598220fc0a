// `jamey doctor`: what is well and what is not, with what to do about it. Exit code 1 when something is broken.
import { errorCodes } from "../../protocol/errors.ts";
import type { Finding, SettingsInfo } from "../../protocol/upkeep.ts";
import { paint } from "../../terminal/colour.ts";
import { showHidden } from "../../terminal/strip.ts";
import { daemonOptions } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { differsFromRunning } from "../output/running-settings.ts";

export async function doctor(context: Context): Promise<number> {
  const { environment } = daemonOptions(context);
  const upkeep = await context.host.upkeep();
  if (context.arguments.has("rebuild")) {
    const made = await upkeep.rebuild(environment);
    if (context.isJson) await printJson(context, { rebuilt: made });
    else {
      await context.out.write(
        `The views were made anew from ${made.events} events: ${made.sessions} sessions.\n`,
      );
    }
    return 0;
  }
  const findings = [
    ...(await upkeep.examine(environment)),
    ...(await runningFinding(context, await upkeep.settings(environment))),
    terminalFinding(context),
  ];
  const broken = findings.filter(({ level }) => level === "broken").length;
  const weak = findings.filter(({ level }) => level === "weak").length;
  if (context.isJson) {
    await printJson(context, { environment, findings, broken, weak });
  } else {
    const isQuiet = context.arguments.has("quiet");
    const told = isQuiet ? findings.filter(({ level }) => level !== "ok") : findings;
    await context.out.write(told.map((one) => shown(context, one)).join(""));
    if (!isQuiet) await context.out.write(`\n${summary(broken, weak)}\n`);
  }
  return broken > 0 ? errorCodes.internal.exit : 0;
}

const MARKS = { ok: "ok", note: "note", weak: "weak", broken: "BROKEN" } as const;
const STYLES = { ok: "dim", note: "dim", weak: "yellow", broken: "red" } as const;

/** Keys and names in it come from files that others may have written: what is hidden is shown. */
function shown(context: Context, { name, level, what, why, advice }: Finding): string {
  const mark = paint(context.out.hasColour, STYLES[level], MARKS[level].padEnd(6));
  const indent = " ".repeat(8);
  const more = [...(why ?? "").split("\n"), advice === null ? "" : `→ ${advice}`]
    .filter((line) => line !== "")
    .map((line) => `${indent}${showHidden(line)}\n`);
  return `${mark}  ${name}: ${showHidden(what)}\n${more.join("")}`;
}

function summary(broken: number, weak: number): string {
  if (broken + weak === 0) return "All is well.";
  return `${broken} broken, ${weak} weak.`;
}

/** What was examined are the files; what runs may be older. */
async function runningFinding(context: Context, info: SettingsInfo): Promise<Finding[]> {
  const all = await differsFromRunning(daemonOptions(context), info);
  // What its command line says is meant.
  const differing = all.filter(({ isFlag }) => !isFlag);
  if (differing.length === 0) return [];
  const keys = differing.map(({ key }) => key).join(", ");
  return [
    {
      name: "settings",
      level: "weak",
      what: `the running daemon was started with another ${keys}`,
      why: "It read its settings when it started: the files say otherwise by now.",
      advice: "jamey daemon restart",
    },
  ];
}

/** What this terminal can do, as far as jamey knows it. */
function terminalFinding({ host, out }: Context): Finding {
  const { TERM = "", LC_ALL = "", LC_CTYPE = "", LANG = "" } = host.variables;
  const locale = LC_ALL || LC_CTYPE || LANG;
  const isUtf8 = /utf-?8/i.test(locale);
  const facts = [
    out.isTerminal ? `a terminal (${TERM || "no TERM"})` : "no terminal",
    out.hasColour ? "colours" : "no colours",
    isUtf8 ? "UTF-8" : `not said to be UTF-8 (${locale || "no LANG"})`,
  ];
  const isFine = !out.isTerminal || (isUtf8 && TERM !== "" && TERM !== "dumb");
  return {
    name: "terminal",
    level: isFine ? "ok" : "note",
    what: `stdout is ${facts.join(", ")}`,
    why: null,
    advice: isFine ? null : "For signs beyond ASCII: export LANG=C.UTF-8",
  };
}
