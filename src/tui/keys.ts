// The keys: which does what where, with one line of help each. The only place where keys are named.
// Rule: a context holds only what means something there; what it does not know goes to `everywhere`.

import { composerKeys } from "./composer/keys.ts";
import { paneKeys } from "./panes/parts/keys.ts";

export interface Binding {
  keys: readonly string[];
  help: string;
}

export const keyTable = {
  everywhere: {
    interrupt: { keys: ["escape"], help: "close what is open, or stop the turn" },
    cancel: { keys: ["ctrl+c"], help: "clear the text, then stop the turn, then leave" },
    quit: { keys: ["ctrl+d"], help: "leave, where nothing is typed" },
    palette: { keys: ["ctrl+p"], help: "everything that can be done, by name" },
    help: { keys: ["f1"], help: "this help" },
    sessions: { keys: ["ctrl+s"], help: "conversations: switch, search, fork, delete" },
    inbox: { keys: ["f9", "ctrl+y"], help: "what waits for you" },
    agents: { keys: ["f2"], help: "agents and the bus between them" },
    objects: { keys: ["f3"], help: "objects: read, edit, history" },
    workflows: { keys: ["f4"], help: "workflows and their runs" },
    usage: { keys: ["f5"], help: "tokens and money" },
    connectors: { keys: ["f6"], help: "who is connected" },
    log: { keys: ["f7"], help: "events as they happen" },
    caller: { keys: ["alt+up"], help: "back to the session that called this one" },
    focus: { keys: ["shift+tab", "f8"], help: "composer → conversation → agents" },
    search: { keys: ["ctrl+f"], help: "search in this conversation" },
    page_up: { keys: ["pageup"], help: "a page up" },
    page_down: { keys: ["pagedown"], help: "a page down" },
    to_end: { keys: ["ctrl+end"], help: "to the newest, and follow" },
    fold_all: { keys: ["ctrl+o"], help: "every tool call open; again: as each is by itself" },
    redraw: { keys: ["ctrl+l"], help: "draw the screen anew" },
    suspend: { keys: ["ctrl+z"], help: "to the shell; fg returns" },
  },
  composer: {
    send: { keys: ["enter"], help: "send; while the agent works: steer it" },
    queue: { keys: ["alt+enter"], help: "send after the turn that runs" },
    key_help: { keys: ["?"], help: "this help, where nothing is typed" },
    edit: { keys: ["ctrl+g"], help: "write in your editor" },
    ...composerKeys,
  },
  conversation: {
    up: { keys: ["up", "k"], help: "a line up" },
    down: { keys: ["down", "j"], help: "a line down" },
    previous: { keys: ["p", "{"], help: "the message before" },
    next: { keys: ["}"], help: "the message after" },
    half_up: { keys: ["ctrl+u"], help: "half a page up" },
    half_down: { keys: ["ctrl+d"], help: "half a page down" },
    page_down: { keys: ["space"], help: "a page down" },
    top: { keys: ["g", "home"], help: "to the beginning" },
    bottom: { keys: ["G", "end"], help: "to the newest, and follow" },
    fold: { keys: ["enter", "tab"], help: "unfold or fold the calls of the message" },
    search: { keys: ["/"], help: "search" },
    next_match: {
      keys: ["n"],
      help: "the next match upwards; without a search the next change of a file",
    },
    previous_match: { keys: ["N"], help: "the match before; without a search the change before" },
    whitespace: { keys: ["w"], help: "whether white space alone is a change" },
    copy: { keys: ["y", "c"], help: "copy the message, as it was written" },
    page: { keys: ["["], help: "the whole conversation on the terminal's own screen" },
    editor: { keys: ["v"], help: "the whole conversation in your editor" },
    result: { keys: ["f"], help: "the whole result of a call, by itself" },
    open_child: { keys: ["o"], help: "the session of the object that was called" },
    leave: { keys: ["i", "escape"], help: "close the search; then back to the composer" },
  },
  palette: {
    choose: { keys: ["enter"], help: "do what is marked" },
    up: { keys: ["up", "shift+tab"], help: "the one above" },
    down: { keys: ["down", "tab"], help: "the one below" },
    erase: { keys: ["backspace", "ctrl+h"], help: "erase the letter before" },
    erase_word: { keys: ["ctrl+w"], help: "erase the word before" },
    erase_all: { keys: ["ctrl+u"], help: "erase everything" },
    close: { keys: ["escape", "ctrl+c"], help: "close it" },
  },
  help: {
    up: { keys: ["up", "k"], help: "a line up; any other key closes it" },
    down: { keys: ["down", "j"], help: "a line down" },
    page_up: { keys: ["pageup"], help: "a page up" },
    page_down: { keys: ["pagedown", "space"], help: "a page down" },
  },
  ...paneKeys,
} as const satisfies Record<string, Record<string, Binding>>;

export type Context = keyof typeof keyTable;
export type Action<In extends Context> = keyof (typeof keyTable)[In] & string;

/** What a human binds: context → key → the name of an action, or null to unbind the key. */
export type UserBindings = Readonly<Record<string, Readonly<Record<string, string | null>>>>;

/** Key → action, for each context. */
export type Keymap = { readonly [In in Context]: ReadonlyMap<string, Action<In>> };

// The keys of the table are the contexts: it satisfies a record of them.
export const contexts = Object.keys(keyTable) as readonly Context[];

export function keymapOf(user: UserBindings = {}): Keymap {
  const maps = contexts.map((context) => [context, bindingsOf(context, user)] as const);
  // Each context stands beside the map of its own actions.
  return Object.fromEntries(maps) as unknown as Keymap;
}

export function actionFor<In extends Context>(
  keymap: Keymap,
  context: In,
  key: string,
): Action<In> | undefined {
  return keymap[context].get(key === " " ? "space" : key);
}

/** The keys of an action as they are bound now, for help and for the palette. */
export function keysOf<In extends Context>(
  keymap: Keymap,
  context: In,
  action: Action<In>,
): readonly string[] {
  return [...keymap[context]].filter(([, bound]) => bound === action).map(([key]) => key);
}

export function helpOf<In extends Context>(context: In, action: Action<In>): string {
  const table: Readonly<Record<string, Binding>> = keyTable[context];
  return table[action]?.help ?? "";
}

function bindingsOf<In extends Context>(
  context: In,
  user: UserBindings,
): ReadonlyMap<string, Action<In>> {
  const table: Readonly<Record<string, Binding>> = keyTable[context];
  const isAction = (name: string): name is Action<In> => Object.hasOwn(table, name);
  const map = new Map<string, Action<In>>();
  for (const [action, { keys }] of Object.entries(table)) {
    if (isAction(action)) for (const key of keys) map.set(key, action);
  }
  for (const [key, action] of Object.entries(user[context] ?? {})) {
    if (action === null) map.delete(key);
    else if (isAction(action)) map.set(key, action);
  }
  return map;
}
