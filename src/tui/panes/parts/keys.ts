// The keys of the panes: what each does. The table of keys takes them over as they stand here, so that a human
// can bind each of them anew.

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

/** Keys of what stands in a numbered row. */
const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

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
    next_change: { keys: ["}"], shown: "{ }", help: "change" },
    previous_change: { keys: ["{"], help: "change before" },
    whitespace: { keys: ["w"], help: "white space" },
    left: { keys: ["left", "shift+tab"], help: "choice before" },
    right: { keys: ["right", "tab"], shown: "←→", help: "choose" },
    press: { keys: ["enter"], help: "do it" },
    once: { keys: ["y"], help: "allow once" },
    session: { keys: ["s"], help: "for the session" },
    rule: { keys: ["r"], help: "rule" },
    deny: { keys: ["n"], help: "deny" },
    reason: { keys: ["N"], help: "deny, with why" },
    option: { keys: digits, shown: "1-9", help: "that option" },
    open: { keys: ["o"], help: "open session" },
  },
  sessions: {
    ...moves,
    open: { keys: ["enter"], help: "open" },
    numbered: { keys: digits, shown: "1-9", help: "open that one" },
    search: { keys: ["/"], help: "search" },
    preview: { keys: ["space"], help: "preview" },
    pin: { keys: ["p"], help: "pin" },
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
    next_change: { keys: ["}"], shown: "{ }", help: "change" },
    previous_change: { keys: ["{"], help: "change before" },
    whitespace: { keys: ["w"], help: "white space" },
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
  /** A long text that is read: a result, differences, what a conversation is made of. */
  reader: {
    up: moves.up,
    down: { ...moves.down, help: "scroll" },
    page_up: moves.page_up,
    page_down: { keys: ["pagedown", "space"], shown: "space", help: "page" },
    first: moves.first,
    last: moves.last,
    next_change: { keys: ["}"], shown: "{ }", help: "change" },
    previous_change: { keys: ["{", "p"], help: "change before" },
    whitespace: { keys: ["w"], help: "white space" },
    next: { keys: ["tab", "right"], shown: "tab", help: "next call" },
    previous: { keys: ["shift+tab", "left"], help: "call before" },
    search: { keys: ["/"], help: "search" },
    /** As in the conversation: what was searched for, else changes. */
    next_match: { keys: ["n", "enter"], shown: "n N", help: "match, else change" },
    previous_match: { keys: ["N"], help: "match before, else change before" },
    editor: { keys: ["v"], help: "editor" },
    close: moves.close,
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
  reader: "Where a result or a difference is read",
  confirm: "Where a pane asks yes or no",
};

export type PaneAction<In extends PaneContext> = keyof (typeof paneKeys)[In] & string;
