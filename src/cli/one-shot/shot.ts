// What one run of the one-shot command has from its beginning to its end, and one message of it: where it
// goes, sent, watched. A run has one message, or, with --input-format stream-json, many.
import type { Link } from "../../client/link.ts";
import type { RunOptions } from "../../client/run.ts";
import type { TurnSettings } from "../../protocol/agents.ts";
import type { Context } from "../context.ts";
import type { Arguments } from "../input/arguments.ts";
import { parseDuration } from "../input/parse-duration.ts";
import type { SignalWatch } from "../signals.ts";
import { checkOneShot } from "./flag-rules.ts";
import { addModeRules } from "./permission-mode.ts";
import type { Progress } from "./progress.ts";
import type { Report } from "./report.ts";
import type { Ended, TurnEnd } from "./result.ts";
import { chooseSession, readParameters, type Target } from "./session-choice.ts";
import { readOutput, readSettings } from "./settings.ts";
import type { InputMessage } from "./stream-input.ts";
import { type TimeLimits, watchTurn } from "./watch-turn.ts";

export interface Shot {
  context: Context;
  progress: Progress;
  report: Report;
  /** Questions of agents are asked in this terminal. */
  asksHere: boolean;
  limits: TimeLimits;
  /** Warnings that stand on stderr already. */
  said: Set<string>;
  /** The workflow that answers instead of an object. */
  workflow?: string;
  /** As the flags say; --permission-mode is added once the tools are known. */
  settings: TurnSettings;
}

/** The flags of the command, checked as far as they can be without a daemon. */
export async function readShot(
  context: Context,
  /** Somebody can be asked, so a question is no denial. */
  asksHere: boolean,
): Promise<Pick<Shot, "context" | "limits" | "said" | "settings">> {
  const { arguments: given } = context;
  checkOneShot(given);
  readParameters(given);
  const limits = { wholeMs: readTime(given, "timeout"), idleMs: readTime(given, "idle-timeout") };
  const settings = readSettings(given, asksHere ? "queue" : "deny");
  const output = await readOutput(given);
  return { context, limits, said: new Set(), settings: { ...settings, output } };
}

function readTime(given: Arguments, flag: string): number | undefined {
  const text = given.text(flag);
  return text === undefined ? undefined : parseDuration(text, `--${flag}`);
}

const GUIDE = "offline/guide";
/** The daemon's word for a model that its settings name. */
const FROM_SETTINGS = "the settings";
const UNCONNECTED =
  "no model is connected, the offline guide answered; `jamey models` says what is missing.";

export const nothingYet = ({ arguments: given }: Context): Ended => ({
  accepted: null,
  run: null,
  error: null,
  caught: undefined,
  warnings: [],
  isOffline: false,
  isStdinSkipped: false,
  areDenialsFine: given.text("denials") === "ok",
});

export interface Addressed {
  target: Target;
  settings: TurnSettings;
}

/** Everything that is asked of the daemon before the message itself. */
export async function addressMessage(
  shot: Shot,
  link: Link,
  /** Gets what the settings give cause to warn of. */
  allWarnings: string[],
): Promise<Addressed> {
  const { context } = shot;
  const mode = context.arguments.text("permission-mode");
  const { rules, warnings } = await addModeRules(link, mode, shot.settings.rules);
  for (const warning of warnings) await warn(shot, warning);
  allWarnings.push(...warnings);
  const settings = { ...shot.settings, rules };
  if (shot.workflow === undefined) return { target: await chooseSession(context, link), settings };
  const { workflow } = await link.call("GetWorkflow", { workflow: shot.workflow });
  return { target: { po_name: workflow.object, session_id: null, isShared: false }, settings };
}

/** How a workflow is begun: a session of its own, with the values that it asks for. */
function beginning(
  workflow: string,
  { arguments: given }: Context,
  said: { message: string; settings: TurnSettings },
): NonNullable<RunOptions["begin"]> {
  const parameters = readParameters(given);
  const run = { ...said, workflow, parameters, name: given.text("name") ?? null };
  return (link, message_key) =>
    link.call("RunWorkflow", { ...run, message_key }, { isRepeatable: true });
}

export async function sendMessage(
  shot: Shot,
  to: Addressed & {
    link: Link;
    message: InputMessage;
    watch: SignalWatch;
    /** Where the message before it was accepted. */
    after?: number;
  },
): Promise<TurnEnd> {
  const { isShared, po_name, session_id } = to.target;
  const { text, attachments } = to.message;
  const said = { message: text, settings: to.settings };
  const turn = await watchTurn({
    ...shot,
    link: to.link,
    message: { ...said, po_name, session_id, attachments },
    ...(shot.workflow !== undefined && {
      begin: beginning(shot.workflow, shot.context, said),
    }),
    watch: to.watch,
    isShared,
    ...(to.after !== undefined && { after: to.after }),
  });
  if (!(await isUnconnected(shot.context, to.link, turn))) return turn;
  // Also with -q: the exit code says nothing of it, and a script must not miss it.
  if (isFirst(shot, UNCONNECTED)) {
    await shot.context.err.write(`jamey: warning: ${UNCONNECTED}\n`);
  }
  return { ...turn, isOffline: true, warnings: [...turn.warnings, UNCONNECTED] };
}

/** The guide answered although nobody chose it: a script must not take that for a model's answer. */
async function isUnconnected(
  { arguments: given, host }: Context,
  link: Link,
  { run, caught }: TurnEnd,
): Promise<boolean> {
  const asked = given.text("model") ?? host.variables.JAMEY_MODEL;
  if (run?.model !== GUIDE || asked || caught) return false;
  // The object or the settings may name it. The answer stands, whether or not the daemon can still say so.
  const chosen = await link.call("ListModels", {}).catch(() => undefined);
  return chosen?.default_model === GUIDE && chosen.default_from !== FROM_SETTINGS;
}

/** On stderr once, however many turns it concerns. */
async function warn(shot: Shot, warning: string): Promise<void> {
  if (isFirst(shot, warning)) await shot.context.note(`jamey: warning: ${warning}`);
}

const isFirst = ({ said }: Shot, warning: string): boolean => said.size < said.add(warning).size;
