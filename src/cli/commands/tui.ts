// `jamey`, `jamey tui`, `jamey attach`: the full-screen interface, or its lines where a screen is no use.
import type { Link } from "../../client/link.ts";
import { themeNames } from "../../terminal/interface.ts";
import { interfacePlaces, openPatientLink } from "../connect.ts";
import type { Context } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { checkSession, findSession } from "../input/find-session.ts";
import { resumedSession } from "../one-shot/session-choice.ts";
import { endBySignal } from "../signals.ts";
import { isTerminal } from "../terminal.ts";

export const tui = (context: Context): Promise<number> => open(context, { mayStart: true });

/** Only to a daemon that runs. */
export const attach = (context: Context): Promise<number> => open(context, { mayStart: false });

async function open(context: Context, { mayStart }: { mayStart: boolean }): Promise<number> {
  const { arguments: given, host, err, out } = context;
  if (context.isJson) throw usageError("The interface has no JSON output; see 'jamey --help'.");
  checkSession(given);
  const isLines = isPlain(context);
  if (!isLines && (!isTerminal(0) || !isTerminal(1))) {
    throw usageError("The interface needs a terminal. For a pipe there is: jamey -p 'text'.");
  }
  const { folder, config } = interfacePlaces(context);
  const { variables, directory } = host;
  const ended = await host.openInterface({
    openLink: (onState) => openPatientLink(context, { onState, mayStart }),
    choose: (link) => choose(context, link),
    model: given.text("model") ?? variables.JAMEY_MODEL ?? null,
    variables,
    directory,
    folder,
    config,
    theme: themeNames.find((name) => name === given.text("theme")) ?? "auto",
    hasColour: out.hasColour,
    hasMouse: variables.JAMEY_MOUSE === "1",
    isPlain: isLines,
    isMotionReduced: given.has("reduced-motion"),
  });
  if (ended.unsent) await err.write(`${notSent(ended.unsent)}\n`);
  if (ended.resume !== null) await err.write(`${howToResume(ended.resume)}\n`);
  if (ended.type === "crash") throw ended.error;
  if (ended.type === "signal") endBySignal(ended.name);
  return 0;
}

const notSent = (count: number): string =>
  `Not sent: ${count === 1 ? "one message. It stands" : `${count} messages. They stand`} where you write when you go on.`;

const howToResume = (session_id: string): string => `To go on: jamey -r ${session_id}`;

/** Lines one under the other: asked for, or the terminal can do nothing else. */
function isPlain({ arguments: given, host }: Context): boolean {
  const { TERM, JAMEY_SCREEN_READER } = host.variables;
  return given.has("plain") || TERM === "dumb" || JAMEY_SCREEN_READER === "1";
}

async function choose(
  context: Context,
  link: Link,
): Promise<{ session_id: string | null; po_name: string | null }> {
  const { arguments: given } = context;
  const [word] = given.words;
  const named = given.text("session") ?? word;
  const session =
    named === undefined ? await resumedSession(context, link) : await findSession(link, named);
  if (session) return { session_id: session.session_id, po_name: session.po_name };
  return { session_id: null, po_name: given.text("object") ?? null };
}
