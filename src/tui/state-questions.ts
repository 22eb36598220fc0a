// What others ask of the state: small answers that update and view must give alike.
import { emptyTranscript } from "../client/transcript.ts";
import type { TurnSettings } from "../protocol/agents.ts";
import type { HumanRequest, Message } from "../protocol/messages.ts";
import { permissionRules } from "../terminal/permission-rules.ts";
import type { ComposerContext } from "./composer/index.ts";
import type { Source } from "./conversation/items.ts";
import type { Layout } from "./conversation/rows.ts";
import type { PaletteContext } from "./palette/shapes.ts";
import { argumentCandidates, commandCandidates } from "./palette/submitted.ts";
import type { Shared } from "./pane.ts";
import type { RunningLine, State } from "./state.ts";

export const turnId = ({ session }: State): string | null => {
  const turn = session?.transcript.turn;
  if (turn?.type === "running") return turn.turn_id;
  return null;
};

export const isWorking = (state: State): boolean => turnId(state) !== null;

/** A turn runs, or a message is on its way: what is entered now steers or queues. */
export const isBusy = (state: State): boolean =>
  isWorking(state) || state.pending.some(({ problem }) => problem === null);

/** The newest line for the shell here that nobody has stopped yet; undefined where none runs. */
export const lineToStop = ({ lines, session_id }: State): RunningLine | undefined =>
  lines.findLast((one) => one.session_id === session_id && !one.isStopping);

/** Everything that waits for a human, of every session. */
export const openRequests = ({ world }: State): readonly HumanRequest[] => world.requests;

/** Callers of callers that are looked for: more than delegations may be deep. */
const MAX_CALLERS = 64;

/** What the session that is open waits for, also in sessions that it called: each of them holds it up. */
export function requestsHere({ world, session_id }: State): readonly HumanRequest[] {
  const isHere = (asking: string): boolean => {
    let at: string | null = asking;
    for (let hops = 0; at !== null && hops < MAX_CALLERS; hops += 1) {
      if (at === session_id) return true;
      at = world.sessions.get(at)?.parent_id ?? null;
    }
    return false;
  };
  return world.requests.filter((request) => isHere(request.session_id));
}

/** What the human chose for everything that is begun from here on. */
export function settingsOf({ chosen, tools }: State): Pick<TurnSettings, "model" | "rules"> {
  const { model, permissions } = chosen;
  const rules = permissions === "ask" ? [] : permissionRules[permissions](tools);
  return { model, rules };
}

/** Messages of this interface that may not have reached the daemon. */
export const unsent = ({ pending }: State): State["pending"] =>
  pending.filter(({ isAccepted, message_id }) => !isAccepted && message_id === null);

/** Messages that wait for a human to go on: the turn before them was stopped. */
export const isParked = ({ session }: State): boolean =>
  session !== null &&
  session.transcript.turn.type === "cancelled" &&
  session.transcript.queued.length > 0;

/** The session whose agent called the one that is open; null where nobody did. */
export function callerOf({ session, session_id, world }: State): string | null {
  const known = session_id === null ? undefined : world.sessions.get(session_id);
  return session?.facts?.parent?.session_id ?? known?.parent_id ?? null;
}

/** From where the human came to the session of the workflow that is open; null: otherwise. */
export const cameFromHere = ({ cameFrom, session_id }: State): State["cameFrom"] =>
  cameFrom !== null && cameFrom.to === session_id ? cameFrom : null;

/** Messages that came in other sessions. */
export function unreadElsewhere({ world, session_id }: State): number {
  let unread = 0;
  for (const session of world.sessions.values()) {
    // What a called object says is part of its caller's conversation.
    if (session.session_id !== session_id && session.parent_id === null) unread += session.unread;
  }
  return unread;
}

/** What the conversation shows; null where nothing was said yet. */
export function sourceOf(state: State): Source | null {
  const { session, session_id, po_name } = state;
  const pending = state.pending.filter((one) => one.session_id === session_id);
  const lines = state.lines.filter((one) => one.session_id === session_id);
  if (session) return { transcript: session.transcript, pending, lines, po_name };
  const isNothing = pending.length === 0 && lines.length === 0;
  return isNothing ? null : { transcript: nothingSaid, pending, lines, po_name };
}

const nothingSaid = emptyTranscript("");

export const layoutOf = (state: State, source: Source, columns: number): Layout => ({
  source,
  conversation: state.conversation,
  columns,
  now: state.now,
  requests: requestsHere(state),
  actionOf: (session_id) => state.world.sessions.get(session_id)?.action,
});

export const sharedOf = (
  state: State,
  { isFocused, size }: Pick<Shared, "isFocused" | "size">,
): Shared => ({
  world: state.world,
  session_id: state.session_id,
  conversation: state.session && {
    transcript: state.session.transcript,
    po_name: state.po_name,
    selected: state.conversation.selected,
    memo: state.conversation.memo,
  },
  now: state.now,
  isFocused,
  size,
  settings: settingsOf(state),
  keymap: state.keymap,
  pinned: state.pinned,
});

/** The message that keys work on in the conversation. */
export const selectedMessage = ({ conversation, session }: State): Message | undefined =>
  session?.transcript.messages.findLast(({ message_id }) => message_id === conversation.selected);

/** Its name, or the first words that were said in it. */
export function sessionTitle({ session, world, session_id }: State): string {
  const known = session_id === null ? undefined : world.sessions.get(session_id);
  const name = session?.transcript.name || known?.name || known?.title;
  const first = () => session?.transcript.messages.find(({ role }) => role === "user")?.content;
  return name || first() || "new";
}

/** What a human said in the session that is open. */
const saidIn = ({ session }: State): ReadonlySet<string> =>
  new Set(
    session?.transcript.messages.flatMap(({ role, content }) => (role === "user" ? [content] : [])),
  );

/** What commands by name know. */
export function paletteContextOf(state: State): PaletteContext {
  const { world, keymap, session_id, po_name, isMouseOn } = state;
  const sessions = [...world.sessions.values()]
    .filter(({ parent_id }) => parent_id === null)
    .sort(
      (left, right) =>
        Number(state.pinned.includes(right.session_id)) -
          Number(state.pinned.includes(left.session_id)) ||
        right.updated_at.localeCompare(left.updated_at),
    );
  const models = [state.default_model, ...(world.usage?.models.map(({ model }) => model) ?? [])];
  return {
    keymap,
    session_id,
    caller: callerOf(state),
    cameFrom: cameFromHere(state),
    pinned: state.pinned,
    po_name,
    isMouseOn,
    settings: settingsOf(state),
    now: state.now,
    permissions: state.chosen.permissions,
    objects: [...world.objects.values()],
    sessions,
    workflows: world.workflows,
    models: [...new Set(models.filter((model) => model !== null))],
    vendors: state.vendors,
    tools: state.tools.map(({ name }) => name),
  };
}

/** Asked at every key: what only a list of completions needs is put together where one is shown. */
export const composerContextOf = (state: State): ComposerContext => ({
  keymap: state.keymap,
  columns: state.size.columns,
  isBusy: isBusy(state),
  session_id: state.session_id,
  po_name: state.po_name,
  saidHere: () => saidIn(state),
  get commands() {
    return commandCandidates(paletteContextOf(state));
  },
  get objects() {
    const objects = [...state.world.objects.values()];
    return objects.map(({ name, description }) => ({ name, help: description }));
  },
  argumentsOf: (command) => argumentCandidates(command, paletteContextOf(state)),
});
