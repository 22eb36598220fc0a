// What stands around the conversation: title, banner, queued messages, the line of a search.
import { endSentence } from "../../terminal/activity.ts";
import { editOf } from "../../terminal/edits.ts";
import { oneLine } from "../../terminal/strip.ts";
import { draftOf } from "../composer/index.ts";
import { type Action, type Keymap, keysOf } from "../keys.ts";
import type { Line } from "../shapes.ts";
import type { State } from "../state.ts";
import {
  callerOf,
  cameFromHere,
  isBusy,
  isParked,
  lineToStop,
  requestsHere,
  selectedMessage,
  sessionTitle,
  unreadElsewhere,
} from "../state-questions.ts";
import { cut, line, span, spread, widthOf, wrapText } from "../text.ts";

/** Queued messages that are shown one by one. */
const MAX_QUEUED_LINES = 3;
/** A notice is no longer than that, where the screen is high enough for more than one row of it. */
const MAX_NOTICE_ROWS = 3;
const NOTICE_WRAPS_FROM_ROWS = 20;

/** The pane over the conversation, or what is open. */
export function titleLine(state: State, columns: number): Line {
  const room = columns - 2;
  const pane = state.panes.find(({ name }) => name === state.open);
  const [back] = keysOf(state.keymap, "everywhere", "interrupt");
  if (pane) {
    const right = line(back === undefined ? "" : `${back} back`, "dim");
    return [span(" "), ...spread([span(pane.title, "heading")], right, room)];
  }
  const folder = state.workspace.split("/").at(-1) ?? "";
  const left: Line = [
    // No heading: it is often what the first message says below it.
    span(oneLine(sessionTitle(state), 80)),
    span(`  ${oneLine(state.po_name, 40)}`, "dim"),
    span(folder === "" ? "" : `  ${oneLine(folder, 40)}`, "dim"),
  ];
  const unread = unreadElsewhere(state);
  const [key] = keysOf(state.keymap, "everywhere", "sessions");
  const right = unread === 0 ? [] : line(`● ${unread} new elsewhere ${key ?? ""}`.trimEnd());
  return [span(" "), ...spread(left, [...callerHint(state), ...right], room)];
}

/** A session that answers the call of another one says how to get back there. */
function callerHint(state: State): Line {
  const [key] = keysOf(state.keymap, "everywhere", "caller");
  if (callerOf(state) !== null) return line(`${key ?? "/caller"} to its caller  `, "dim");
  return cameFromHere(state) === null ? [] : line(`${key ?? "/caller"} back  `, "dim");
}

export function bannerLine({ link, now, keymap }: State, columns: number): Line {
  if (link.type === "up") return [];
  const text = link.type === "lost" ? awayText(link, now) : goneText(link.reason, keymap);
  return cut([span(" "), span("⇄ ", "accent"), span(text, "accent")], columns);
}

function awayText({ since, retry }: Extract<State["link"], { type: "lost" }>, now: number): string {
  const awayMs = since === null ? 0 : now - since;
  const away = awayMs < 1000 ? "" : ` for ${Math.floor(awayMs / 1000)}s`;
  const seconds = retry?.at ? Math.ceil((retry.at - now) / 1000) : 0;
  const next = seconds > 0 ? `again in ${seconds}s` : "trying again";
  // Whole in eighty columns, however long it takes.
  return `The daemon is away${away}: ${next} · /reconnect tries now · write on`;
}

function goneText(reason: string, keymap: Keymap): string {
  const [leave] = keysOf(keymap, "everywhere", "cancel");
  return `${endSentence(oneLine(reason, 200))} ${leave ?? "/quit"} leaves: come back later.`;
}

/** What lies between the conversation and the composer. */
export function queueLines(state: State, columns: number): readonly Line[] {
  const lines = [...queued(state), ...noticeOf(state, columns - 2)];
  return lines.map((each) => cut([span(" "), ...each], columns));
}

/** The one waits for the next step of the turn that runs, the other for its end. */
const words = { steer: "steers", queue: "queued" } as const;

function queued(state: State): readonly Line[] {
  // A message that stands in the conversation already is not shown twice.
  const waiting = (state.session?.transcript.queued ?? []).filter(
    ({ message_id }) => !state.pending.some((one) => one.message_id === message_id),
  );
  const shown = waiting.slice(0, MAX_QUEUED_LINES).map(({ content, delivery }): Line => {
    const word = isParked(state) ? "parked" : words[delivery];
    return [span(`${word}: `, "dim"), span(oneLine(content, 200))];
  });
  const more = waiting.length - shown.length;
  const rest = more > 0 ? [line(`… ${more} more`, "dim")] : [];
  return [...shown, ...rest, ...hintsOf(state)];
}

/** What the keys mean just now, where they mean something else than usual. */
function hintsOf(state: State): readonly Line[] {
  const key = (action: "send" | "queue" | "up"): string =>
    keysOf(state.keymap, "composer", action)[0] ?? "";
  if (isParked(state)) {
    return [line(`stopped: ${key("send")} on nothing lets these go on · ${key("up")} edit`, "dim")];
  }
  // The line of a search names its own keys.
  const isSearched = state.conversation.search !== null;
  if (state.focus === "conversation") return isSearched ? [] : [conversationHint(state)];
  const asked = requestsHere(state).length;
  const [inbox] = keysOf(state.keymap, "everywhere", "inbox");
  if (asked > 0 && state.open === null && inbox !== undefined) {
    const keys = draftOf(state.composer) === "" ? `${inbox} (or ${key("send")})` : inbox;
    return [[span("✋ ", "accent"), span(`${keys} answers what waits for you`, "accent")]];
  }
  const isWaiting = (state.session?.transcript.queued ?? []).length > 0;
  if (isWaiting && draftOf(state.composer) === "") return [line(`${key("up")} edit`, "dim")];
  const [stop] = keysOf(state.keymap, "everywhere", "interrupt");
  if (!isBusy(state) && lineToStop(state)) return [line(`${stop ?? ""} stop`, "dim")];
  if (!isBusy(state) || draftOf(state.composer) === "") return [];
  return [line(`${key("send")} steer · ${key("queue")} queue · ${stop ?? ""} stop`, "dim")];
}

/** As many as there is room for; the way back is always there. */
function conversationHint(state: State): Line {
  const { keymap } = state;
  const calls = selectedMessage(state)?.tool_calls ?? [];
  const isEdit = calls.some((call) => editOf(call) !== null);
  const isCalled = calls.some(({ id }) => state.session?.transcript.delegations[id] !== undefined);
  const said = [
    ["up", "scroll"],
    ["previous", "message before"],
    ["fold", "unfold"],
    ["search", "search"],
    ["copy", "copy"],
    ["next_match", "change"],
    ["editor", "in your editor"],
  ] as const;
  const called = [
    ["previous", "message before"],
    ["fold", "unfold"],
    ["result", "result"],
    ...(isEdit ? ([["next_match", "change"]] as const) : []),
    ...(isCalled ? ([["open_child", "its session"]] as const) : []),
    ...(isEdit ? ([["whitespace", "white space"]] as const) : []),
    ["editor", "in your editor"],
  ] as const;
  const textOf = (action: Action<"conversation">, word: string): readonly string[] => {
    const [key] = keysOf(keymap, "conversation", action);
    return key === undefined ? [] : [`${key} ${word}`];
  };
  const texts = (calls.length > 0 ? called : said).flatMap(([action, word]) =>
    textOf(action, word),
  );
  const leave = textOf("leave", "back to writing");
  const joined = (count: number) => [...texts.slice(0, count), ...leave].join(" · ");
  let count = texts.length;
  // One column stays free on each side.
  while (count > 0 && widthOf(joined(count)) > state.size.columns - 2) count -= 1;
  return line(joined(count), "dim");
}

function noticeOf({ notice, conversation, size }: State, columns: number): readonly Line[] {
  const { search } = conversation;
  const lines: Line[] = [];
  if (notice) {
    const rows = wrapText(oneLine(notice.text, 300), columns);
    const most = size.rows < NOTICE_WRAPS_FROM_ROWS ? 1 : MAX_NOTICE_ROWS;
    const rest = rows
      .slice(most - 1)
      .flatMap((row, index) => [...(index > 0 ? line(" ") : []), ...row]);
    lines.push(...rows.slice(0, most - 1), ...(rest.length > 0 ? [cut(rest, columns)] : []));
  }
  if (search?.isTyping) lines.push([span("/", "bold"), span(search.query)]);
  else if (search) lines.push(line(foundText(search), "dim"));
  return lines;
}

function foundText({
  query,
  matches,
  current,
}: NonNullable<State["conversation"]["search"]>): string {
  if (matches.length === 0) return `/${query}  nothing found · escape`;
  return `/${query}  ${current + 1}/${matches.length} · n older · N newer · escape`;
}
