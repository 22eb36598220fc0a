// One input → the next state, and what is asked of the world for it. Pure; the parts lie in update/.
// Rules: 1. The first input also asks for everything that the interface begins with.
//        2. A purpose names who asked: `root:`, `act:`, `composer`, `world:`, or a pane and a colon.
import { editedText, updateComposer } from "./composer/index.ts";
import { COPIED } from "./copies.ts";
import { withFiles } from "./palette/index.ts";
import type { Effect, Input, Updated } from "./shapes.ts";
import type { LinkView, State } from "./state.ts";
import { composerContextOf } from "./state-questions.ts";
import { consequences } from "./update/consequences.ts";
import { resized } from "./update/conversation.ts";
import { done, typed } from "./update/keys.ts";
import { isOfLine, lineEnded, lineFailed, runHeldLines } from "./update/lines.ts";
import {
  accepted,
  isSending,
  notTakenBack,
  refused,
  sendAgain,
  TAKE_BACK,
  tookBack,
} from "./update/messages.ts";
import { moused } from "./update/mouse.ts";
import { focusedPane, toEveryPane, toPane } from "./update/panes.ts";
import {
  adoptSession,
  begunAnew,
  openSession,
  sessionCalls,
  usagePurpose,
  withFacts,
  withFetched,
  withFrames,
  withKeptDraft,
  withTold,
} from "./update/session.ts";
import {
  type Next,
  still,
  then,
  withNotice,
  withoutOldNotice,
  withProblem,
} from "./update/updated.ts";
import { loadWorld, updateWorld } from "./world.ts";

export type { State } from "./state.ts";
export { initialState } from "./state.ts";

/** How long a notice stands, and how long Ctrl+C waits for the second press. Milliseconds. */
const NOTICE_MS = 4_000;
const LEAVING_MS = 3_000;
const CONNECTED_AGAIN = "The connection is back.";

export function update(state: State, input: Input): Updated<State> {
  const begun = state.hasBegun ? still(state) : begin(state);
  const next = then(
    then(begun, (after) => updated(after, input)),
    (after) => entered(state, after),
  );
  return { state: next.state, effects: [...next.effects, ...consequences(state, next.state)] };
}

/** A pane that has just got the keys is told the time: it asks for what it shows. */
function entered(before: State, after: State): Next {
  const name = focusedPane(after);
  if (name === null || name === focusedPane(before)) return still(after);
  return toPane(after, name, { type: "tick", now: after.now });
}

function begin(state: State): Next {
  const opened = state.session_id === null ? [] : sessionCalls(state.session_id);
  const effects: readonly Effect[] = [
    ...loadWorld(),
    { type: "call", command: "ListTools", params: {}, purpose: "root:tools" },
    { type: "call", command: "ListModels", params: {}, purpose: "root:models" },
    ...opened,
  ];
  return { state: { ...state, hasBegun: true }, effects };
}

function updated(state: State, input: Input): Next {
  switch (input.type) {
    case "key":
    case "paste":
      return typed(state, input);
    case "mouse": {
      const next = moused(state, input);
      const isPressed = input.action === "press";
      return isPressed ? { ...next, state: withoutOldNotice(state, next.state) } : next;
    }
    case "focus":
      return still({ ...state, isFocused: input.isFocused });
    case "resize":
      return still(resized(state, { ...state, size: input.size }));
    case "tick":
      return then(still(ticked(state, input.now)), (after) => toEveryPane(after, input));
    case "drawn":
      return toPane(state, focusedPane(state) ?? "", input);
    case "frames":
      // A text that grows says nothing to the world and the panes.
      if (input.frames.every(({ type }) => type === "signal")) {
        return withFrames(state, input.frames);
      }
      return then(
        then(withWorld(state, input), (after) => withFrames(after, input.frames)),
        (after) => toEveryPane(after, input),
      );
    case "link":
      return then(
        then(withWorld(state, input), (after) => linked(after, input.state)),
        (after) => toEveryPane(after, input),
      );
    case "status":
      return still(input.text === state.status ? state : { ...state, status: input.text });
    case "files":
      if (input.purpose === "palette") {
        return still({ ...state, palette: withFiles(state.palette, input) });
      }
      return toComposer(state, input);
    case "image":
      return toComposer(state, input);
    case "draft":
      return still(withKeptDraft(state, input));
    case "trouble":
      return still(withProblem(state, input.text));
    case "edited":
      return edited(state, input);
    case "replied":
    case "call_failed":
      return then(withWorld(state, input), (after) => answered(after, input));
  }
}

function toComposer(state: State, input: Extract<Input, { type: "files" | "image" }>): Next {
  const result = updateComposer(state.composer, input, composerContextOf(state));
  const next: Next = { state: { ...state, composer: result.state }, effects: result.effects };
  const { submitted } = result;
  return submitted ? then(next, (after) => done(after, submitted)) : next;
}

function withWorld(state: State, input: Input): Next {
  const { state: world, effects } = updateWorld(state.world, input, state.session_id);
  return { state: world === state.world ? state : { ...state, world }, effects };
}

function ticked(state: State, now: number): State {
  const { notice, leaving, link } = state;
  return {
    ...state,
    now,
    link: linkAt(link, now),
    notice: notice && aged(notice, now, NOTICE_MS),
    leaving: leaving && aged(leaving, now, LEAVING_MS),
  };
}

function linkAt(link: LinkView, now: number): LinkView {
  if (link.type !== "lost") return link;
  const { since, retry } = link;
  const isDue = retry !== null && retry.at === null;
  if (since !== null && !isDue) return link;
  return {
    ...link,
    since: since ?? now,
    retry: isDue ? { ...retry, at: now + retry.wait_ms } : retry,
  };
}

/** Its time begins with the first tick after it came. */
function aged<Timed extends { until: number | null }>(
  timed: Timed,
  now: number,
  lastsMs: number,
): Timed | null {
  if (timed.until === null) return { ...timed, until: now + lastsMs };
  return timed.until > now ? timed : null;
}

type LinkInput = Extract<Input, { type: "link" }>["state"];

function linked(state: State, change: LinkInput): Next {
  const link = linkView(state, change);
  if (change.type !== "restored") return still({ ...state, link });
  return sendAgain(withNotice({ ...state, link }, CONNECTED_AGAIN));
}

function linkView({ link }: State, change: LinkInput): LinkView {
  switch (change.type) {
    case "lost":
      if (link.type === "lost") return link;
      return { type: "lost", reason: change.reason, since: null, retry: null };
    case "waiting":
      if (link.type !== "lost") return link;
      return { ...link, retry: { wait_ms: change.wait_ms, at: null } };
    case "restored":
      return { type: "up" };
    case "gone":
      return { type: "gone", reason: change.error.message };
  }
}

function edited(state: State, input: Extract<Input, { type: "edited" }>): Next {
  const { purpose, text } = input;
  if (purpose === "composer") {
    if (text === null) return still(state);
    // Editors end the last line of a file; nobody means an empty one behind it.
    return still({ ...state, composer: editedText(state.composer, text.replace(/\n$/, "")) });
  }
  return toPaneOf(state, purpose, input);
}

type Answer = Extract<Input, { type: "replied" | "call_failed" }>;

function answered(before: State, input: Answer): Next {
  const { purpose } = input;
  const state = withWayBack(before, input);
  if (isSending(purpose)) return sent(state, input);
  if (purpose.startsWith("root:")) return rootAnswered(state, input);
  if (isOfLine(purpose)) return lineAnswered(state, input);
  if (purpose.startsWith("act:")) return actAnswered(state, input);
  return purpose.startsWith("world:") ? still(state) : toPaneOf(state, purpose, input);
}

/** A workflow that is begun opens a session of its own: from there the human gets back to where they were. */
function withWayBack(state: State, input: Answer): State {
  if (input.type === "call_failed" || input.command !== "RunWorkflow") return state;
  const { session_id, po_name } = state;
  return { ...state, cameFrom: { to: input.reply.session_id, session_id, po_name } };
}

/** Ids of sessions and the like may hold colons; names of panes do not. */
const toPaneOf = (state: State, purpose: string, input: Input): Next =>
  toPane(state, purpose.split(":", 1)[0] ?? "", input);

function sent(state: State, input: Answer): Next {
  if (input.type === "call_failed") return refused(state, input.purpose, input.error);
  if (input.command !== "SendMessage") return still(state);
  const next = accepted(state, input.purpose, input.reply);
  const isOurs = state.pending.some(
    ({ message_key, session_id }) =>
      session_id === null && input.purpose.endsWith(`:${message_key}`),
  );
  return isOurs ? then(next, (after) => adoptSession(after, input.reply.session_id)) : next;
}

function rootAnswered(state: State, input: Answer): Next {
  if (input.type === "call_failed") {
    // The messages tell enough without it.
    if (input.purpose === "root:outcomes") return still(state);
    if (input.purpose === TAKE_BACK) return notTakenBack(state, input.error);
    // The turn was over first: that is what was wanted.
    if (input.command === "CancelTurn" && input.error.code === "turn_not_found")
      return still(state);
    const isSession = input.purpose === "root:session" && state.session !== null;
    if (isSession && input.error.code === "session_not_found") {
      return begunAnew(state, input.error.message);
    }
    const next: State =
      isSession && state.session
        ? { ...state, session: { ...state.session, waiting: null } }
        : state;
    return still(withProblem(next, input.error.message));
  }
  switch (input.command) {
    case "GetSession":
      return input.purpose === "root:facts"
        ? withFacts(state, input.reply)
        : withFetched(state, input.reply);
    case "ListOutcomes":
      return withTold(state, input.reply);
    case "GetUsage": {
      const { session } = state;
      if (!session || input.purpose !== usagePurpose(session.session_id)) return still(state);
      const transcript = { ...session.transcript, usage: input.reply.total };
      return still({ ...state, session: { ...session, transcript } });
    }
    case "WithdrawMessage":
      return tookBack(state);
    case "ListTools":
      return still({ ...state, tools: input.reply.tools });
    case "ListModels":
      return still({
        ...state,
        default_model: input.reply.default_model,
        vendors: input.reply.vendors,
      });
    default:
      return still(state);
  }
}

function lineAnswered(state: State, input: Answer): Next {
  if (input.type === "call_failed") return lineFailed(state, input.purpose, input.error);
  if (input.command === "RunTool") return lineEnded(state, input.purpose, input.reply);
  if (input.command !== "CreateSession") return still(state);
  const { session_id } = input.reply.session;
  return then(adoptSession(state, session_id), (next) => runHeldLines(next, session_id));
}

/** What was done by name: a new session is opened, anything else shows by itself. */
function actAnswered(state: State, input: Answer): Next {
  if (input.type === "call_failed") return still(withProblem(state, input.error.message));
  if (input.command === "ExportSession") {
    const { text, format } = input.reply;
    const suffix = format === "json" ? ".json" : ".md";
    return still(state, { type: "edit", purpose: "act:export", text, suffix });
  }
  if (input.purpose !== "act:open") return still(state);
  if (input.command === "ForkSession") {
    return openSession(withNotice(state, COPIED), input.reply.session.session_id);
  }
  if (input.command === "RunWorkflow") return openSession(state, input.reply.session_id);
  return still(state);
}
