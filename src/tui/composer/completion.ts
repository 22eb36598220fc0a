// What could be meant by the word at the cursor: a command behind `/`, its argument, an object or a file behind `@`.
import { withoutHidden } from "../../terminal/strip.ts";
import { rank } from "../palette/rank.ts";
import type { Effect } from "../shapes.ts";
import { replace } from "./edit.ts";
import { lineStart } from "./letters.ts";
import {
  type Candidate,
  type Completion,
  type CompletionKind,
  type ComposerContext,
  type ComposerState,
  MAX_OFFERED,
} from "./state.ts";

/** Characters before the cursor that are looked at. */
const MAX_WORD_LENGTH = 256;

interface Word {
  kind: CompletionKind;
  from: number;
  query: string;
  /** Whose argument it is. */
  command: string;
}

function wordAt({ text, cursor }: ComposerState): Word | null {
  const before = text.slice(0, cursor);
  const command = /^\/(\S*)$/.exec(before.slice(0, MAX_WORD_LENGTH));
  if (command && cursor < MAX_WORD_LENGTH) {
    return { kind: "command", from: 0, query: command[1] ?? "", command: "" };
  }
  const argument = /^\/(\S+) +([^\n]*)$/.exec(before.slice(0, MAX_WORD_LENGTH));
  if (argument && cursor < MAX_WORD_LENGTH) {
    const [, name = "", query = ""] = argument;
    return { kind: "argument", from: cursor - query.length, query, command: name };
  }
  const line = before.slice(Math.max(lineStart(text, cursor), cursor - MAX_WORD_LENGTH));
  const mention = /(?:^|[\s(])@(?:"([^"]*)|([^\s"@]*))$/.exec(line);
  if (!mention) return null;
  const query = mention[1] ?? mention[2] ?? "";
  const signs = mention[1] === undefined ? 1 : 2;
  return { kind: "mention", from: cursor - query.length - signs, query, command: "" };
}

/** The list for what stands at the cursor now, and the files to look for. */
export function offer(
  state: ComposerState,
  context: ComposerContext,
): { state: ComposerState; effects: readonly Effect[] } {
  const word = wordAt(state);
  if (!word) {
    const isSame = state.completion === null && state.dismissed_at === null;
    return {
      state: isSame ? state : { ...state, completion: null, dismissed_at: null },
      effects: [],
    };
  }
  if (state.dismissed_at === word.from) {
    return { state: { ...state, completion: null }, effects: [] };
  }
  const isNewQuery = word.kind === "mention" && word.query !== state.completion?.query;
  const effects: Effect[] = isNewQuery
    ? [{ type: "find_files", query: word.query, purpose: "composer" }]
    : [];
  const completion = completionOf(word, candidatesFor(word, state, context), state.completion);
  return { state: { ...state, completion, dismissed_at: null }, effects };
}

function candidatesFor(
  { kind, query, command }: Word,
  state: ComposerState,
  context: ComposerContext,
): readonly Candidate[] {
  const nameOf = ({ name }: Candidate) => name;
  if (kind === "command") return rank(query, context.commands, { nameOf });
  if (kind === "argument") return rank(query, context.argumentsOf(command), { nameOf });
  const files = state.files.paths.map((name) => ({ name, help: "file" }));
  return [...rank(query, context.objects, { nameOf }), ...rank(query, files, { nameOf })];
}

function completionOf(
  { kind, from, query }: Word,
  candidates: readonly Candidate[],
  before: Completion | null,
): Completion | null {
  const offered = candidates.slice(0, MAX_OFFERED);
  // An argument that stands there whole is complete: Enter sends it.
  const isWhole = kind === "argument" && offered[0]?.name === query;
  if (isWhole || (offered.length === 0 && kind !== "mention")) return null;
  const chosen = before?.from === from ? before.offered[before.selected]?.name : undefined;
  const isMoved = before !== null && before.selected > 0;
  const kept = isMoved ? offered.findIndex(({ name }) => name === chosen) : 0;
  return { kind, from, query, offered, selected: Math.max(0, kept) };
}

export const isListOpen = ({ completion }: ComposerState): boolean =>
  completion !== null && completion.offered.length > 0;

export function select(state: ComposerState, step: -1 | 1): ComposerState {
  const { completion } = state;
  if (!completion || completion.offered.length === 0) return state;
  const count = completion.offered.length;
  return {
    ...state,
    completion: { ...completion, selected: (completion.selected + step + count) % count },
  };
}

/** What is marked, with its sign, instead of what was typed of it. */
export function accept(state: ComposerState): ComposerState {
  const { completion, cursor } = state;
  const candidate = completion?.offered[completion.selected];
  if (!completion || !candidate) return state;
  const written = {
    command: `/${candidate.name}`,
    argument: candidate.name,
    mention: mentionOf(candidate.name),
  };
  const { kind, from } = completion;
  const hasBlank = /^\s/.test(state.text.slice(cursor));
  const ends = kind === "argument" || hasBlank || candidate.name.endsWith("/") ? "" : " ";
  return {
    ...replace(state, { from, to: cursor }, written[kind] + ends, "other"),
    completion: null,
  };
}

/**
 * As the command line reads it: a path with blanks, or with an end that would belong to the sentence, stands in
 * quotes. A folder stays open for what is in it.
 */
export function mentionOf(name: string): string {
  if (!/\s|[.,;:!?)]$/.test(name)) return `@${name}`;
  return name.endsWith("/") ? `@"${name}` : `@"${name}"`;
}

/** In pictures that are made of several signs they mean something, and the name is what is seen. */
const JOINING = /[\u200d\ufe0f]/gu;

/** What is written of it names it again. Not so what holds a quote, or what cannot be seen or decoded. */
export function isMentionable(name: string): boolean {
  const visible = name.replace(JOINING, "");
  return !/["\n\t\ufffd]/.test(name) && withoutHidden(visible) === visible;
}

export function dismiss(state: ComposerState): ComposerState {
  return { ...state, completion: null, dismissed_at: state.completion?.from ?? null };
}
