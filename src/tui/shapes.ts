// The shapes that the parts of the interface hand each other: what is drawn, what comes in, what is asked for.
// Rules: 1. Everything between an input and a frame is pure: `update` makes a state and effects, `view` makes
//           lines. Only `screen/` touches the terminal, only `run/` the daemon, the clock and files.
//        2. Text is clean here: control characters were taken out where it came in.
import type { LinkNews } from "../client/link.ts";
import type { CommandName, Params, Reply } from "../protocol/commands/index.ts";
import type { ErrorBody } from "../protocol/errors.ts";
import type { FollowFrame } from "../protocol/frames.ts";
import type { ThemeName } from "../terminal/interface.ts";
import type { Image, Sent } from "./composer/state.ts";

/** What a piece of text is, not how it looks: a theme turns it into colours. */
export type Style =
  | ("plain" | "dim" | "bold" | "italic" | "heading" | "code" | "link" | "quote")
  | ("accent" | "good" | "bad" | "added" | "removed" | "changed" | "selected" | "rule")
  | ("keyword" | "string" | "number" | "comment")
  /** In lines that were added and removed: what their counterparts do not say. */
  | ("added_word" | "removed_word")
  /** Where the next letter is typed in a pane: the terminal's own cursor stands there. */
  | "caret";

export interface Span {
  text: string;
  style: Style;
}
/** One row of the screen; narrower than it or cut to it by whoever draws. */
export type Line = readonly Span[];

export interface Size {
  columns: number;
  rows: number;
}
/** From the upper left corner, beginning at 0. */
export interface Point {
  column: number;
  row: number;
}
export interface Rectangle extends Point, Size {}

export interface Frame {
  lines: readonly Line[];
  /** Where the terminal's own cursor stands: input methods and readers follow it. null hides it. */
  cursor: Point | null;
}

/** A key as people name it: `a`, `A`, `é`, `enter`, `escape`, `up`, `f5`, `ctrl+p`, `alt+enter`, `shift+tab`. */
export interface KeyPress {
  name: string;
  /** What it types; empty for a key that types nothing. */
  text: string;
}

export type TerminalInput =
  | { type: "key"; key: KeyPress }
  | { type: "paste"; text: string }
  | { type: "mouse"; action: "press" | "release" | "drag" | "wheel_up" | "wheel_down"; at: Point }
  | { type: "focus"; isFocused: boolean }
  | { type: "resize"; size: Size };

/** What a call is for travels with it, so that its reply finds its way without a table of open calls. */
type CallOf<Name extends CommandName> = {
  type: "call";
  command: Name;
  params: Params<Name>;
  purpose: string;
};
type RepliedOf<Name extends CommandName> = {
  type: "replied";
  command: Name;
  reply: Reply<Name>;
  purpose: string;
};

/** Who asks for names of files. */
export type FilesPurpose = "composer" | "palette";

export type Input =
  | TerminalInput
  | { type: "frames"; frames: readonly FollowFrame[] }
  | { type: "link"; state: LinkNews }
  | { [Name in CommandName]: RepliedOf<Name> }[CommandName]
  | { type: "call_failed"; command: CommandName; purpose: string; error: ErrorBody }
  /** A text came back from the human's own editor; null where it was left as it was. */
  | { type: "edited"; purpose: string; text: string | null }
  | { type: "files"; query: string; paths: readonly string[]; purpose: FilesPurpose }
  /** The file that was asked for under this id; both null where there is none. */
  | { type: "image"; id: number; image: Image | null; problem: string | null }
  /** What was kept of a conversation that was opened; empty where nothing was. */
  | { type: "draft"; session_id: string | null; text: string }
  /** What the human's own command says of the state. */
  | { type: "status"; text: string }
  /** Something beside a call went wrong, and the human should know. */
  | { type: "trouble"; text: string }
  /** The terminal took a frame whole, and it shows everything until now. Milliseconds since 1970. */
  | { type: "drawn"; now: number }
  /** Comes only while something on the screen counts time. Milliseconds since 1970. */
  | { type: "tick"; now: number };

export type Effect =
  | { [Name in CommandName]: CallOf<Name> }[CommandName]
  /** A line for the shell that runs: the call with this purpose fails. */
  | { type: "stop_line"; purpose: string }
  | { type: "edit"; purpose: string; text: string; suffix: string }
  | { type: "copy"; text: string }
  | { type: "notify"; title: string; body: string }
  | { type: "title"; text: string }
  | { type: "mouse"; isOn: boolean }
  | { type: "page"; text: string }
  | { type: "save_draft"; session_id: string | null; text: string }
  /** What was typed there and not sent, before the interface was last left. */
  | { type: "find_draft"; session_id: string | null }
  | { type: "remember"; entry: Sent }
  | { type: "pin"; session_id: string; isPinned: boolean }
  | { type: "find_files"; query: string; purpose: FilesPurpose }
  | { type: "read_image"; id: number; written: string }
  /** For the human's own command: the JSON that it is given. */
  | { type: "status"; json: string; isWorking: boolean }
  | { type: "redraw" }
  | { type: "theme"; name: ThemeName }
  /** Now, where the connection is lost. */
  | { type: "reconnect" }
  | { type: "suspend" }
  | { type: "quit"; resume: string | null };

export interface Updated<State> {
  state: State;
  effects: readonly Effect[];
}
