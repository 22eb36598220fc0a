// The commands by name: typed behind `/`, chosen in the palette, listed in the help. A command more is one row.
import { agentMode } from "../../protocol/messages.ts";
import { showAge } from "../../terminal/age.ts";
import { themeNames } from "../../terminal/interface.ts";
import { type Act, type PermissionMode, permissionModes } from "../acts.ts";
import type { Candidate } from "../composer/index.ts";
import { copyName } from "../copies.ts";
import type { Effect } from "../shapes.ts";
import { rank } from "./rank.ts";
import { type Command, type PaletteContext, type Problem, problem } from "./shapes.ts";

/** Sessions that are offered behind /resume. */
const MAX_SESSIONS_OFFERED = 200;

const perform = (...effects: Effect[]): Act => ({ type: "perform", effects });
const pane = (name: string): Act => ({ type: "open_pane", name });
const words = (names: readonly string[], help: string): readonly Candidate[] =>
  names.map((name) => ({ name, help }));

const objectsOf = ({ objects }: PaletteContext): readonly Candidate[] =>
  objects.map(({ name, description }) => ({ name, help: description }));

const sessionsOf = ({ sessions, now }: PaletteContext): readonly Candidate[] =>
  sessions
    .slice(0, MAX_SESSIONS_OFFERED)
    .map(({ session_id, name, title, po_name, updated_at }) => ({
      name: name ?? session_id,
      help: `${po_name}  ${showAge(updated_at, now)}  ${title}`,
    }));

/** The session that a human names: by its id or the beginning of it, by its name, else by what fits best. */
function findSession(wanted: string, { sessions }: PaletteContext): string | null {
  const exact = sessions.find((one) => one.session_id === wanted || one.name === wanted);
  if (exact) return exact.session_id;
  const begun = sessions.filter((one) => one.session_id.startsWith(wanted));
  if (begun.length === 1) return begun[0]?.session_id ?? null;
  const nameOf = (one: PaletteContext["sessions"][number]) => one.name ?? one.title;
  return rank(wanted, sessions, { nameOf })[0]?.session_id ?? null;
}

function oneOf<Name extends string>(
  names: readonly Name[],
  argument: string,
  run: (name: Name) => Act | Problem,
): Act | Problem {
  const found = names.find((name) => name === argument);
  return found === undefined ? problem(`Say one of: ${names.join(", ")}.`) : run(found);
}

function talkTo(name: string, { objects }: PaletteContext): Act | Problem {
  if (objects.some((one) => one.name === name)) return { type: "new_session", po_name: name };
  return problem(`There is no object ${name}. /objects shows them all.`);
}

function copyOf(session_id: string, { sessions }: PaletteContext): string | null {
  const known = sessions.find((one) => one.session_id === session_id);
  return known ? copyName(known.name ?? known.title) : null;
}

/** Needs the session that is open. */
function inSession(
  { session_id }: PaletteContext,
  run: (session_id: string) => Act | Problem,
): Act | Problem {
  if (session_id !== null) return run(session_id);
  return problem("No conversation is open yet: say something first.");
}

function exported(context: PaletteContext, format: "markdown" | "json"): Act | Problem {
  return inSession(context, (session_id) =>
    perform({
      type: "call",
      command: "ExportSession",
      params: { session_id, format },
      purpose: "act:export",
    }),
  );
}

/** What gives a choice back. */
const DEFAULT = "default";
const asTheObjectSays = words([DEFAULT], "as the object says");

/** A command that nothing stands behind yet shows what can: nothing chosen is lost by a slip. */
const listed = (command: string, argument: string, act: Act): Act =>
  argument === "" ? { type: "insert", text: `/${command} ` } : act;

/** An example that only shows how a name is written is none: a file that nobody made, or `<model>`. */
function offeredModels({ models, vendors }: PaletteContext): readonly Candidate[] {
  const isModel = ({ api, example }: (typeof vendors)[number]): boolean =>
    api !== "scripted" && !example.includes("<") && !models.includes(example);
  const ready = vendors.filter((one) => one.is_ready && isModel(one));
  const examples = ready.map(({ example }) => example);
  return [
    ...words(models, "answered before"),
    ...words(examples, "can be asked here"),
    ...asTheObjectSays,
  ];
}

/** A vendor that the daemon does not know is refused now, and not by the next message. */
function chosenModel(model: string, { vendors }: PaletteContext): Act | Problem {
  if (model === "" || model === DEFAULT) {
    return listed("model", model, { type: "use_model", model: null });
  }
  const [vendor = "", ...rest] = model.split("/");
  const known = vendors.map((one) => one.vendor);
  if (rest.join("/") === "") {
    return problem(`'${model}' names no model: write vendor/model, such as openai/gpt-5.1.`);
  }
  if (known.length === 0 || known.includes(vendor)) return { type: "use_model", model };
  return problem(`'${vendor}' is no vendor. There are: ${known.join(", ")}.`);
}

function copy(argument: string): Act | Problem {
  if (argument === "") return { type: "copy", number: null };
  const number = Number(argument);
  if (Number.isSafeInteger(number) && number > 0) return { type: "copy", number };
  return problem("Say which message, counted from the end: /copy 2.");
}

export const commands = {
  help: { help: "keys and commands", argument: "", key: "help", run: () => ({ type: "help" }) },
  new: {
    help: "a new conversation",
    argument: "[OBJECT]",
    offered: objectsOf,
    run: (name, context) =>
      name === "" ? { type: "new_session", po_name: null } : talkTo(name, context),
  },
  resume: {
    help: "go on with a conversation",
    argument: "[SESSION]",
    key: "sessions",
    offered: sessionsOf,
    run: (wanted, context) => {
      if (wanted === "") return pane("sessions");
      const session_id = findSession(wanted, context);
      if (session_id !== null) return { type: "open_session", session_id };
      return problem(`No conversation fits "${wanted}". /resume alone shows them all.`);
    },
  },
  caller: {
    help: "back to the session that called this one, or that a workflow was begun in",
    argument: "",
    key: "caller",
    run: (_argument, { caller, cameFrom }) => {
      const back = caller ?? cameFrom?.session_id ?? null;
      if (back !== null) return { type: "open_session", session_id: back };
      // Nothing had been said where they came from.
      if (cameFrom !== null) return { type: "new_session", po_name: cameFrom.po_name };
      return problem("No other session called this one.");
    },
  },
  pin: {
    help: "this conversation first in the switcher; again: no longer",
    argument: "",
    run: (_argument, context) =>
      inSession(context, (session_id) => {
        const isPinned = !context.pinned.includes(session_id);
        return { type: "pin", session_id, isPinned };
      }),
  },
  fork: {
    help: "go on in a copy of this conversation",
    argument: "[NAME]",
    run: (name, context) =>
      inSession(context, (session_id) =>
        perform({
          type: "call",
          command: "ForkSession",
          params: { session_id, name: name === "" ? copyOf(session_id, context) : name },
          purpose: "act:open",
        }),
      ),
  },
  rename: {
    help: "name this conversation; alone: it loses its name",
    argument: "[NAME]",
    run: (name, context) =>
      inSession(context, (session_id) =>
        perform({
          type: "call",
          command: "RenameSession",
          params: { session_id, name: name === "" ? null : name },
          purpose: "act:rename",
        }),
      ),
  },
  agent: {
    help: "talk to another object",
    argument: "OBJECT",
    needsArgument: true,
    offered: objectsOf,
    run: (name, context) => (name === "" ? pane("objects") : talkTo(name, context)),
  },
  model: {
    help: "the model from here on; default: as the object says",
    argument: "MODEL|default",
    needsArgument: true,
    offered: offeredModels,
    run: chosenModel,
  },
  mode: {
    help: "how a group works from here on; default: as the object says",
    argument: "MODE|default",
    needsArgument: true,
    offered: () => [
      ...agentMode.options.map((name) => ({ name, help: modeHelp[name] })),
      ...asTheObjectSays,
    ],
    run: (mode) =>
      mode === "" || mode === DEFAULT
        ? listed("mode", mode, { type: "use_mode", mode: null })
        : oneOf(agentMode.options, mode, (found) => ({ type: "use_mode", mode: found })),
  },
  permissions: {
    help: "what may be done without asking",
    argument: permissionModes.join("|"),
    needsArgument: true,
    offered: () => permissionCandidates,
    run: (mode, { permissions: now }) =>
      mode === ""
        ? { type: "notice", text: permissionsNow(now) }
        : oneOf(permissionModes, mode, (permissions) => ({ type: "use_permissions", permissions })),
  },
  stop: {
    help: "stop the turn; what is queued waits",
    argument: "",
    key: "interrupt",
    run: () => ({ type: "interrupt" }),
  },
  inbox: { help: "what waits for you", argument: "", key: "inbox", run: () => pane("inbox") },
  requests: { help: "what waits for you", argument: "", isAlias: true, run: () => pane("inbox") },
  agents: {
    help: "who works, and who talks to whom",
    argument: "",
    key: "agents",
    run: () => pane("agents"),
  },
  bus: { help: "who talks to whom", argument: "", isAlias: true, run: () => pane("agents") },
  objects: {
    help: "objects: read, edit, history",
    argument: "",
    key: "objects",
    run: () => pane("objects"),
  },
  workflows: {
    help: "workflows and their runs",
    argument: "",
    key: "workflows",
    run: () => pane("workflows"),
  },
  cost: { help: "tokens and money", argument: "", key: "usage", run: () => pane("usage") },
  connectors: {
    help: "who is connected",
    argument: "",
    key: "connectors",
    run: () => pane("connectors"),
  },
  log: { help: "events as they happen", argument: "", key: "log", run: () => pane("log") },
  diff: {
    help: "what the calls of this conversation changed, file by file",
    argument: "",
    run: () => pane("changes"),
  },
  context: {
    help: "what fills the context: tokens, messages, tools",
    argument: "",
    run: () => pane("context"),
  },
  result: {
    help: "the whole result of a call, by itself",
    argument: "",
    run: () => pane("result"),
  },
  search: {
    help: "search in this conversation",
    argument: "[TEXT]",
    key: "search",
    run: (query) => ({ type: "search", query }),
  },
  copy: {
    help: "copy the last answer as it was written; 2: the message before",
    argument: "[NUMBER]",
    run: copy,
  },
  editor: {
    help: "this conversation in your editor",
    argument: "",
    run: () => ({ type: "dump", to: "editor" }),
  },
  page: {
    help: "this conversation on the terminal's own screen",
    argument: "",
    run: () => ({ type: "dump", to: "page" }),
  },
  export: {
    help: "this conversation as a document in your editor, to save where you like",
    argument: "[markdown|json]",
    offered: () => [
      { name: "markdown", help: "to read" },
      { name: "json", help: "for jamey sessions import" },
    ],
    run: (argument, context) =>
      oneOf(["markdown", "json"], argument === "" ? "markdown" : argument, (format) =>
        exported(context, format),
      ),
  },
  fold: {
    help: "unfold or fold every tool call",
    argument: "",
    key: "fold_all",
    run: () => ({ type: "fold_all" }),
  },
  mouse: {
    help: "whether the mouse works here, or selects text",
    argument: "on|off",
    offered: () => [
      { name: "on", help: "it clicks and scrolls here" },
      { name: "off", help: "it selects text, as the terminal does it" },
    ],
    run: (argument, { isMouseOn }) =>
      argument === ""
        ? { type: "mouse", isOn: !isMouseOn }
        : oneOf(["on", "off"], argument, (word) => ({ type: "mouse", isOn: word === "on" })),
  },
  theme: {
    help: "the colours, until you leave",
    argument: themeNames.join("|"),
    needsArgument: true,
    offered: () => words(themeNames, "colours"),
    run: (argument) => oneOf(themeNames, argument, (name) => perform({ type: "theme", name })),
  },
  keys: { help: "every key", argument: "", isAlias: true, run: () => ({ type: "help" }) },
  redraw: {
    help: "draw the screen anew",
    argument: "",
    key: "redraw",
    run: () => perform({ type: "redraw" }),
  },
  reconnect: {
    help: "connect again now, and start the daemon where it was stopped",
    argument: "",
    run: () => perform({ type: "reconnect" }),
  },
  doctor: {
    help: "how to have everything checked",
    argument: "",
    run: () => ({
      type: "notice",
      text: "In a shell: jamey doctor. It checks settings, keys, the store and the daemon.",
    }),
  },
  files: {
    help: "name a file: it is completed where you write",
    argument: "[TEXT]",
    run: (text) => ({ type: "insert", text: `@${text}` }),
  },
  quit: { help: "leave; what runs goes on", argument: "", run: () => ({ type: "quit" }) },
} satisfies Record<string, Command>;

const modeHelp: Record<(typeof agentMode.options)[number], string> = {
  single: "one agent alone",
  sequential: "one after the other, each on the answer before",
  parallel: "all at once, and one answer made of theirs",
  debate: "rounds of argument, and a judge",
  review: "an author, and a reviewer until it is good",
  workflow: "a graph of objects",
};

const permissionCandidates: readonly Candidate[] = [
  { name: "ask", help: "ask as the environment says" },
  { name: "read-only", help: "only read" },
  { name: "edit", help: "edit files without asking" },
  { name: "auto", help: "do everything without asking" },
];

function permissionsNow(mode: PermissionMode): string {
  const help = permissionCandidates.find(({ name }) => name === mode)?.help ?? "";
  const others = permissionModes.filter((other) => other !== mode).join("|");
  return `Permissions: ${mode} (${help}). /permissions ${others} changes it.`;
}

export type CommandName = keyof typeof commands;

/** The table as others read it: by any name. */
export const commandTable: Readonly<Record<string, Command>> = commands;

export const commandNamed = (name: string): Command | undefined =>
  Object.hasOwn(commands, name) ? commandTable[name] : undefined;
