// The keys of the panes: what each does, for their footers and for the key help.
import type { Line } from "../../shapes.ts";
import { cut, span, widthOfLine } from "../../text.ts";

export interface PaneKey {
  keys: readonly string[];
  /** How the footer writes the key, where that is not its first name. */
  shown?: string;
  help: string;
}

const moves = {
  up: { keys: ["up", "k"], help: "up" },
  down: { keys: ["down", "j"], shown: "↑↓", help: "move" },
  page_up: { keys: ["pageup"], help: "page up" },
  page_down: { keys: ["pagedown"], help: "page down" },
  first: { keys: ["home", "g"], help: "first" },
  last: { keys: ["end", "G"], help: "last" },
  close: { keys: ["escape"], shown: "esc", help: "close" },
} satisfies Record<string, PaneKey>;

export const paneKeys = {
  /** While a text is typed in a pane. */
  field: {
    submit: { keys: ["enter"], help: "send" },
    leave: { keys: ["escape"], shown: "esc", help: "back" },
  },
  agents: {
    ...moves,
    open: { keys: ["enter"], help: "open" },
    peek: { keys: ["space"], help: "peek" },
    reply: { keys: ["r"], help: "reply" },
    inbox: { keys: ["i"], help: "inbox" },
    bus: { keys: ["b"], help: "bus: all or its own" },
  },
  inbox: {
    up: moves.up,
    down: moves.down,
    close: moves.close,
    back: { keys: ["pageup", "ctrl+u"], help: "scroll back" },
    on: { keys: ["pagedown", "space", "ctrl+d"], shown: "space", help: "read on" },
    left: { keys: ["left", "shift+tab"], help: "choice before" },
    right: { keys: ["right", "tab"], shown: "←→", help: "choose" },
    press: { keys: ["enter"], help: "do it" },
    once: { keys: ["y"], help: "allow once" },
    session: { keys: ["s"], help: "for the session" },
    rule: { keys: ["r"], help: "rule" },
    deny: { keys: ["n"], help: "deny" },
    reason: { keys: ["N"], help: "deny, with why" },
    open: { keys: ["o"], help: "open session" },
  },
  sessions: {
    ...moves,
    open: { keys: ["enter"], help: "open" },
    search: { keys: ["/"], help: "search" },
    preview: { keys: ["space"], help: "preview" },
    fork: { keys: ["f"], help: "fork" },
    rename: { keys: ["r"], help: "rename" },
    delete: { keys: ["d"], help: "delete" },
  },
  objects: {
    ...moves,
    next: { keys: ["tab", "right"], shown: "tab", help: "next view" },
    previous: { keys: ["shift+tab", "left"], help: "view before" },
    talk: { keys: ["enter"], help: "talk to it" },
    edit: { keys: ["e"], help: "edit" },
    new: { keys: ["n"], help: "new" },
    rename: { keys: ["r"], help: "rename" },
    delete: { keys: ["d"], help: "delete" },
    older: { keys: ["]", "ctrl+down"], shown: "[ ]", help: "version" },
    newer: { keys: ["[", "ctrl+up"], help: "newer version" },
    revert: { keys: ["v"], help: "revert to it" },
  },
  /** Somebody else changed the object meanwhile. */
  stale: {
    again: { keys: ["e"], help: "edit mine, over theirs" },
    overwrite: { keys: ["o"], help: "put mine in its place" },
    leave: { keys: ["escape"], shown: "esc", help: "keep theirs" },
  },
  /** The text of an object was not taken. */
  rejected: {
    again: { keys: ["e"], help: "go on editing" },
    leave: { keys: ["escape"], shown: "esc", help: "drop my text" },
  },
  workflows: {
    ...moves,
    run: { keys: ["enter"], help: "run" },
    open: { keys: ["o"], help: "open the run's session" },
    next: { keys: ["tab"], help: "next run" },
  },
  usage: {
    ...moves,
    next: { keys: ["tab", "right"], shown: "tab", help: "sum up by" },
    previous: { keys: ["shift+tab", "left"], help: "sum up by the one before" },
  },
  connectors: { ...moves, stop: { keys: ["d"], help: "close it" } },
  log: {
    ...moves,
    filter: { keys: ["/"], help: "filter" },
    open: { keys: ["enter"], help: "open its session" },
  },
  /** A question whose answer is yes or no. */
  confirm: {
    yes: { keys: ["y"], help: "yes" },
    no: { keys: ["n", "escape"], shown: "esc", help: "no" },
  },
} as const satisfies Record<string, Record<string, PaneKey>>;

export type PaneContext = keyof typeof paneKeys;
/** As the key help says where its keys hold. */
export const paneTitles: Record<PaneContext, string> = {
  field: "Where a pane takes a text",
  agents: "In agents and bus",
  inbox: "In what waits for you",
  sessions: "In conversations",
  objects: "In objects",
  stale: "Where an edit was refused",
  rejected: "Where a text was not saved",
  workflows: "In workflows",
  usage: "In tokens and money",
  connectors: "In who is connected",
  log: "In events",
  confirm: "Where a pane asks yes or no",
};

export type PaneAction<In extends PaneContext> = keyof (typeof paneKeys)[In] & string;

export function paneAction<In extends PaneContext>(
  context: In,
  key: string,
): PaneAction<In> | undefined {
  const table: Readonly<Record<string, PaneKey>> = paneKeys[context];
  const name = key === " " ? "space" : key;
  const found = Object.entries(table).find(([, { keys }]) => keys.includes(name));
  // The names of a table's entries are its actions.
  return found?.[0] as PaneAction<In> | undefined;
}

/** `enter open · r reply · esc close`: as many as fit, and always the last one. */
export function keyFooter<In extends PaneContext>(
  context: In,
  actions: readonly PaneAction<In>[],
  columns: number,
): Line {
  const table: Readonly<Record<string, PaneKey>> = paneKeys[context];
  const hints = actions.map((action): Line => {
    const { keys = [], shown, help = "" } = table[action] ?? {};
    return [span(shown ?? keys[0] ?? "", "bold"), span(` ${help}`, "dim")];
  });
  const last = hints.length - 1;
  for (let count = last; count > 0; count -= 1) {
    const whole = joined([...hints.slice(0, count), ...hints.slice(last)]);
    if (widthOfLine(whole) <= columns) return whole;
  }
  return cut(joined(hints.slice(last)), columns);
}

const joined = (hints: readonly Line[]): Line =>
  hints.flatMap((hint, index) => (index === 0 ? hint : [span(" · ", "dim"), ...hint]));
