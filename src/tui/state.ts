// Everything that the interface knows. A plain value, but for one memo of wrapped lines that holds nothing new.
import { emptyTranscript, type Transcript } from "../client/transcript.ts";
import type { Risk } from "../protocol/agents.ts";
import type { FollowFrame } from "../protocol/frames.ts";
import type { AgentMode, SessionView } from "../protocol/messages.ts";
import type { PermissionMode } from "./acts.ts";
import { type ComposerState, emptyComposer, type Image } from "./composer/index.ts";
import { type Conversation, emptyConversation } from "./conversation/state.ts";
import { type Keymap, keymapOf, type UserBindings } from "./keys.ts";
import { emptyPalette, type PaletteState } from "./palette/index.ts";
import type { LivePane } from "./pane.ts";
import { panes } from "./panes/index.ts";
import type { Size } from "./shapes.ts";
import { emptyWorld, type World } from "./world.ts";

/** A message of this client that the daemon has not confirmed. */
export interface Pending {
  message_key: string;
  /** null: for a session that it begins. */
  session_id: string | null;
  text: string;
  images: readonly Image[];
  delivery: "queue" | "steer";
  /** Waits for the session that the message before it begins. */
  isHeld: boolean;
  /** The daemon has answered; its event is on the way. */
  isAccepted: boolean;
  /** Once its event came. It stays in its place until it joins the conversation. */
  message_id: string | null;
  /** Why it did not arrive. */
  problem: string | null;
}

/** A line for the shell that runs. */
export interface RunningLine {
  key: string;
  /** null: for the conversation that it begins. */
  session_id: string | null;
  command: string;
  /** Milliseconds since 1970. */
  since: number;
  /** Its end is on the way. */
  isStopping: boolean;
}

/** What holds for the messages that are sent from here on. */
export interface Chosen {
  model: string | null;
  mode: AgentMode | null;
  permissions: PermissionMode;
}

/** The session that is open, or being fetched. */
export interface OpenSession {
  session_id: string;
  transcript: Transcript;
  /** What is known beside the conversation; null until it is fetched. */
  facts: Omit<SessionView, "conversation"> | null;
  /** Frames that came while it is fetched, to be folded after it; null once it is there. */
  waiting: readonly FollowFrame[] | null;
}

/** The next attempt to connect. Milliseconds; `at` null: counted from the next tick on. */
export interface Retry {
  wait_ms: number;
  at: number | null;
}

export type LinkView =
  | { type: "up" }
  /** `since` null: as of the next tick. */
  | { type: "lost"; reason: string; since: number | null; retry: Retry | null }
  | { type: "gone"; reason: string };

export interface Notice {
  text: string;
  /** null: as of the next tick. */
  until: number | null;
  /** What went wrong: it is read while that is mended, and ends with its time or where the human leaves. */
  isProblem?: true;
}

/** Characters of what the human's own command says; the last row shows what it has room for. */
export const MAX_STATUS_LENGTH = 200;

export interface State {
  environment: string;
  workspace: string;
  size: Size;
  /** Milliseconds since 1970, as of the last tick. */
  now: number;
  /** The effects of the beginning were given. */
  hasBegun: boolean;
  isFocused: boolean;
  isMouseOn: boolean;
  link: LinkView;
  /** The object that is talked with. */
  po_name: string;
  /** null: a new session, made by the first message. */
  session_id: string | null;
  session: OpenSession | null;
  /** A workflow was begun by hand, and took the human to its session: from where. */
  cameFrom: { to: string; session_id: string | null; po_name: string } | null;
  chosen: Chosen;
  /** Who answers where nobody chose. */
  default_model: string | null;
  /** Where models are asked for, as far as this daemon knows any. */
  vendors: readonly { vendor: string; api: string; example: string; is_ready: boolean }[];
  /** The tools that there are, for the rules of a permission mode. */
  tools: readonly { name: string; risk: Risk }[];
  pending: readonly Pending[];
  /** Lines for the shell, of every conversation. */
  lines: readonly RunningLine[];
  /** Conversations that stand first in the switcher, in this order. */
  pinned: readonly string[];
  /** A message that waits, while the daemon is asked to take it back. */
  takingBack: {
    message_id: string;
    content: string;
    images: readonly Image[];
    /** It has some that only its sender could put in again. */
    isLeftOut: boolean;
  } | null;
  /** Looked for in the session that is on its way, once it is there. */
  wantsSearch: string | null;
  /** Escape was pressed before the turn was known. */
  wantsInterrupt: boolean;
  /** Makes the keys of messages: never the same twice. */
  seed: string;
  sent: number;
  conversation: Conversation;
  composer: ComposerState;
  palette: PaletteState;
  world: World;
  panes: readonly LivePane[];
  focus: "composer" | "conversation" | "pane";
  /** Where the keys go once the pane that has them is closed. */
  behind: "composer" | "conversation";
  /** The pane over the conversation. */
  open: string | null;
  overlay: "palette" | "help" | null;
  /** What the human's own command says: at most `MAX_STATUS_LENGTH`. */
  status: string;
  /** Lines scrolled in the key help. */
  helpScroll: number;
  notice: Notice | null;
  /** Ctrl+C again before this time leaves; until null: as of the next tick. */
  leaving: { until: number | null } | null;
  keymap: Keymap;
  /** What is wrong in the file of bound keys, line by line. */
  bindingProblems: readonly string[];
}

export interface Beginning {
  environment: string;
  session_id: string | null;
  workspace: string;
  now: number;
  /** For a new session; null is the object `assistant`. */
  po_name?: string | null;
  /** Anything that no other interface has: a UUID. */
  seed?: string;
  size?: Size;
  draft?: string;
  bindings?: UserBindings;
  bindingProblems?: readonly string[];
  pinned?: readonly string[];
  isMouseOn?: boolean;
  model?: string | null;
}

const DEFAULT_OBJECT = "assistant";

export function initialState(beginning: Beginning): State {
  const { environment, session_id, workspace, now } = beginning;
  return {
    environment,
    workspace,
    size: beginning.size ?? { columns: 80, rows: 24 },
    now,
    hasBegun: false,
    isFocused: true,
    isMouseOn: beginning.isMouseOn ?? false,
    link: { type: "up" },
    po_name: beginning.po_name ?? DEFAULT_OBJECT,
    session_id,
    session: session_id === null ? null : openingSession(session_id),
    cameFrom: null,
    chosen: { model: beginning.model ?? null, mode: null, permissions: "ask" },
    default_model: null,
    vendors: [],
    tools: [],
    pending: [],
    lines: [],
    pinned: beginning.pinned ?? [],
    takingBack: null,
    wantsSearch: null,
    wantsInterrupt: false,
    seed: beginning.seed ?? now.toString(36),
    sent: 0,
    conversation: emptyConversation(),
    composer: emptyComposer(beginning.draft ?? ""),
    palette: emptyPalette,
    world: emptyWorld,
    panes,
    focus: "composer",
    behind: "composer",
    open: null,
    overlay: null,
    status: "",
    helpScroll: 0,
    notice: null,
    leaving: null,
    keymap: keymapOf(beginning.bindings),
    bindingProblems: beginning.bindingProblems ?? [],
  };
}

/** A session whose conversation is on its way. */
export const openingSession = (session_id: string): OpenSession => ({
  session_id,
  transcript: emptyTranscript(session_id),
  facts: null,
  waiting: [],
});
