// Which flags of a one-shot need each other, and which do not fit together: nothing is accepted and ignored.
import { type Arguments, type Flags, usageError } from "../input/arguments.ts";
import { checkSession } from "../input/find-session.ts";
import { checkExtract } from "../mode.ts";
import { globalFlags, oneShotFlags } from "../table/flags.ts";

type Name = keyof typeof oneShotFlags | keyof typeof globalFlags;
/** A flag; or a flag with the value that is meant. */
type Condition = Name | `${"output-format" | "input-format"}=${string}`;

interface Rule {
  /** Any of these is given… */
  given: readonly Condition[];
  /** …and none of these: one of them is needed. */
  without?: readonly Condition[];
  /** …and any of these: they do not fit together. */
  beside?: readonly Condition[];
  unless?: readonly Condition[];
  /** `flag` and `other` as they would be typed. */
  say(flag: string, other: string): string;
}

const JSON_FORMATS = ["json", "output-format=json", "output-format=stream-json"] as const;
const RESUMED = ["continue", "resume"] as const;
const CODE = ["extract", "extract-all"] as const;
/** What the one message is, or where it comes from. */
const ONE_MESSAGE = [
  ...(["prompt", "prompt-file", "interactive", "no-stdin", "stdin", "max-stdin", "file"] as const),
  ...(["attach", "mime", "expand-at", "output", "extract", "extract-all", "dry-run"] as const),
] as const;

/** Those of a chat too. */
const sessionRules: readonly Rule[] = [
  {
    given: ["fork"],
    without: RESUMED,
    say: (flag) => `${flag} needs the session that is copied: -c, or -r.`,
  },
  {
    given: ["parameter"],
    beside: ["fork"],
    say: (flag) =>
      `${flag} fills the template of a new session; a copy keeps the values that it has.`,
  },
  {
    given: ["name", "session-id", "no-save", "parameter"],
    beside: RESUMED,
    unless: ["fork"],
    say: (flag) => `${flag} is for a new session, and -c and -r name one that is there.`,
  },
  {
    given: ["no-save"],
    beside: ["session-id"],
    say: (flag, other) => `${flag} and ${other} do not fit together: what is forgotten has no id.`,
  },
  {
    given: ["parameter"],
    beside: ["system"],
    say: (flag, other) => `${flag} fills the object's prompt, and ${other} replaces it: give one.`,
  },
];

/** A workflow has objects of its own, and a session for each run. */
const NOT_OF_WORKFLOWS = [
  ...(["object", "mode", "system", "tools", "continue", "resume", "session-id"] as const),
  ...(["no-save", "attach", "schema", "dry-run", "interactive"] as const),
  "input-format=stream-json",
] as const;

const rules: readonly Rule[] = [
  {
    given: ["workflow"],
    beside: NOT_OF_WORKFLOWS,
    say: (flag, other) =>
      `${flag} runs a workflow in a session of its own, by the objects of its nodes: leave ${other} away.`,
  },
  {
    given: ONE_MESSAGE,
    beside: ["input-format=stream-json"],
    say: (flag) => `--input-format stream-json takes messages from stdin: leave ${flag} away.`,
  },
  {
    given: ["input-format=stream-json"],
    without: ["output-format=stream-json"],
    say: () => "--input-format stream-json needs -o stream-json.",
  },
  {
    given: ["partial"],
    without: ["output-format=stream-json"],
    say: (flag) => `${flag} needs -o stream-json.`,
  },
  {
    given: ["raw", "raw-output", "stream"],
    beside: JSON_FORMATS,
    say: (flag, other) => `${flag} is for an answer that is text: it does not fit ${other}.`,
  },
  {
    given: ["stream"],
    beside: ["schema", ...CODE],
    say: (flag, other) => `${flag} writes before the end, which ${other} has to wait for.`,
  },
  {
    given: CODE,
    beside: ["schema"],
    say: (flag, other) => `${flag} takes code out of text; with ${other} the answer has none.`,
  },
  {
    given: ["extract"],
    beside: ["extract-all"],
    say: () => "-x prints the first code block, -X all of them: give one of the two.",
  },
  {
    given: ["output", "stream", "raw-output", ...CODE],
    beside: ["dry-run"],
    say: (flag, other) => `${flag} is about an answer, and ${other} gets none.`,
  },
  { given: ["mime"], without: ["attach"], say: (flag) => `${flag} needs an -a.` },
  { given: ["schema-retries"], without: ["schema"], say: (flag) => `${flag} needs a --schema.` },
];

export function checkSessionFlags(given: Arguments): void {
  checkSession(given);
  for (const rule of sessionRules) checkRule(rule, given);
}

export function checkOneShot(given: Arguments): void {
  checkSessionFlags(given);
  checkExtract(given, { isRun: true });
  const [word] = given.words;
  if (word !== undefined && isMet("input-format=stream-json", given)) {
    throw usageError(`--input-format stream-json takes messages from stdin: leave '${word}' away.`);
  }
  for (const rule of rules) checkRule(rule, given);
}

function checkRule({ given: flags, without, beside, unless, say }: Rule, given: Arguments): void {
  const find = (conditions: readonly Condition[] = []) =>
    conditions.find((condition) => isMet(condition, given));
  const flag = find(flags);
  if (flag === undefined || find(unless)) return;
  const other = find(beside);
  if (other) throw usageError(say(shown(flag), shown(other)));
  if (without && !find(without)) throw usageError(say(shown(flag), ""));
}

function isMet(condition: Condition, given: Arguments): boolean {
  const [name = "", value] = condition.split("=");
  return value === undefined ? given.has(name) : given.text(name) === value;
}

/** As whoever uses it types it: the short form where there is one. */
export function shown(condition: string): string {
  const flags: Flags = { ...globalFlags, ...oneShotFlags };
  const [name = "", value] = condition.split("=");
  const alias = flags[name]?.alias;
  const flag = alias === undefined ? `--${name}` : `-${alias}`;
  return value === undefined ? flag : `${flag} ${value}`;
}
