// What the calls of the conversation that is open changed, file by file.
import { type Change, countLines, replacedLines } from "../../terminal/line-changes.ts";
import { oneLine } from "../../terminal/strip.ts";
import {
  type Difference,
  differenceLines,
  differenceOf,
  looks,
  UNKNOWN_COUNT,
} from "../conversation/diff.ts";
import { type Changes, createChanges, type FileChange } from "../conversation/file-changes.ts";
import type { Fragment } from "../conversation/fragments.ts";
import type { Memo } from "../conversation/memo.ts";
import type { Pane, Shared } from "../pane.ts";
import type { Line } from "../shapes.ts";
import { line, span, spread, wrapText } from "../text.ts";
import { readerPane } from "./parts/reader.ts";
import { beginning, type Paper, type ReaderState } from "./parts/reader-shapes.ts";

export interface ChangesState extends ReaderState {
  ignoresSpace: boolean;
}

const MAX_PATH_LENGTH = 200;
/** Of what comes then it is only said how much there is; the editor has all. */
const MAX_DRAWN_LINES = 10_000;

export const changesPane: Pane<ChangesState> = readerPane({
  name: "changes",
  title: "What this conversation changed",
  initial: { ...beginning, ignoresSpace: false },
  isWhole: true,
  paper: paperOf,
  empty:
    "No call of this conversation changed a file. What a command line changed is not known here: " +
    "! git diff shows the whole folder.",
  keys: ["next_change", "whitespace", "down", "search", "editor", "page_down", "close"],
  pressed: (state, action) =>
    action === "whitespace"
      ? { ...state, ignoresSpace: !state.ignoresSpace, change: null }
      : undefined,
});

function paperOf({ ignoresSpace }: ChangesState, shared: Shared, columns: number): Paper | null {
  const { conversation } = shared;
  if (!conversation) return null;
  const { transcript, memo } = conversation;
  const workspace = shared.world.sessions.get(transcript.session_id)?.workspace ?? "";
  // How calls ended may be told after what they said.
  const told = Object.keys(transcript.calls).length + Object.keys(transcript.delegations).length;
  // It goes on from what it told before: as long as the conversation is remembered.
  const tellOn = memo.of(memo, "changes", createChanges);
  const changes = memo.of(transcript.messages, `changes ${told} ${workspace}`, () =>
    tellOn(transcript, workspace),
  );
  if (changes.files.length === 0) return null;
  return memo.of(changes, `paper ${columns} ${ignoresSpace}`, () =>
    drawn(changes, { columns, ignoresSpace, memo }),
  );
}

interface Drawing {
  columns: number;
  ignoresSpace: boolean;
  memo: Memo;
}

function drawn({ files, ...missing }: Changes, drawing: Drawing): Paper {
  const lines: Line[] = [];
  const changes: number[] = [];
  const sum: Counts = { added: 0, removed: 0, isUnknown: false };
  let isCut = false;
  for (const file of files) {
    const { parts, left } = partsOf(file, MAX_DRAWN_LINES - lines.length, drawing);
    const isUnknown = file.fragments.some(({ before }) => before === null);
    const counts = { added: total(parts, "added"), removed: total(parts, "removed"), isUnknown };
    sum.added += counts.added;
    sum.removed += counts.removed;
    sum.isUnknown ||= isUnknown;
    isCut ||= left > 0;
    if (lines.length > 0) lines.push([]);
    lines.push(fileLine(file, { ...counts, isCut: left > 0 }, drawing.columns), []);
    if (file.fragments.length === 0) lines.push(line("as it was before", "dim"));
    for (const [index, part] of parts.entries()) {
      if (index > 0) lines.push(line("⋯", "rule"));
      if (part.note !== "") lines.push(line(part.note, "dim"));
      for (const each of part.lines) {
        if (each.isStart) changes.push(lines.length);
        lines.push(each.line);
      }
    }
    const more = parts.length > 0 ? "more " : "";
    const rest = `${left} ${more}${left === 1 ? "part" : "parts"} of it: in your editor`;
    if (left > 0) lines.push(line(rest, "dim"));
  }
  const rest = wrapText(missingText(missing), drawing.columns, "dim");
  const what = files.length === 1 ? "1 file" : `${files.length} files`;
  const space = drawing.ignoresSpace ? "  without white space" : "";
  return {
    title: `${what}  +${sum.added} −${removedOf(sum)}${isCut ? AND_MORE : ""}${space}`,
    place: "",
    lines: [...lines, [], ...rest],
    changes,
    isDifference: true,
    text: () => files.map((file) => patchOf(file, drawing)).join("\n"),
    suffix: ".diff",
  };
}

interface Counts {
  added: number;
  removed: number;
  /** What a file that was written whole held before is not known: so is how much of it went. */
  isUnknown: boolean;
}

const removedOf = ({ removed, isUnknown }: Counts): string =>
  isUnknown ? UNKNOWN_COUNT : String(removed);

/** What is not drawn is not counted either. */
const AND_MORE = " and more";

const total = (
  parts: readonly Pick<Counts, "added" | "removed">[],
  key: "added" | "removed",
): number => parts.reduce((sum, part) => sum + part[key], 0);

/** As many parts of a file as there is room for, and how many are left. */
function partsOf({ fragments }: FileChange, room: number, drawing: Drawing) {
  const parts: ReturnType<typeof fragmentLines>[] = [];
  let used = 0;
  for (const one of fragments) {
    if (used >= room) break;
    const part = fragmentLines(one, drawing);
    parts.push(part);
    used += part.lines.length;
  }
  return { parts, left: fragments.length - parts.length };
}

function fileLine(
  { path, calls }: FileChange,
  { isCut, ...counts }: Counts & { isCut: boolean },
  columns: number,
): Line {
  const { added, removed } = counts;
  const known = [span(`  +${added}`, "added"), span(` −${removedOf(counts)}`, "removed")];
  const more = isCut ? [span(AND_MORE, "dim")] : [];
  const isUnknown = isCut && added + removed === 0;
  const said = isUnknown ? [span("  not counted", "dim")] : [...known, ...more];
  const by = span(calls === 1 ? "  1 call" : `  ${calls} calls`, "dim");
  return spread([span(oneLine(path, MAX_PATH_LENGTH), "heading")], [...said, by], columns);
}

/** Once for each part: a further edit lays out only what it changed. */
const compared = (fragment: Fragment, { ignoresSpace, memo }: Drawing): Difference | null =>
  memo.of(fragment, `difference ${ignoresSpace}`, () =>
    differenceOf(fragment.before ?? "", fragment.after, { ignoresSpace }),
  );

function fragmentLines(fragment: Fragment, drawing: Drawing) {
  const { columns, memo } = drawing;
  const { before, after } = fragment;
  const difference = compared(fragment, drawing);
  const note =
    before === null ? "written whole: what it held before is not known here" : emptyNote(fragment);
  if (!difference) {
    const isAlone = before === null || before === "" || after === "";
    const lines = wrapText(isAlone ? TOO_LONG : TOO_DIFFERENT, columns, "dim");
    const shown = lines.map((each, index) => ({ line: each, isStart: index === 0 }));
    return { note, lines: shown, ...countLines(before ?? "", after) };
  }
  const lines = memo.of(difference, `lines ${columns}`, () => differenceLines(difference, columns));
  return { note, lines, added: difference.added, removed: difference.removed };
}

const TOO_DIFFERENT = "too different to be set beside each other: your editor has all of it";
const TOO_LONG = "too long to be drawn: your editor has all of it";

const emptyNote = ({ before, isWhole }: Fragment): string =>
  isWhole && before === "" ? "a new file" : "";

function missingText({ left, commands, delegations }: Omit<Changes, "files">): string {
  const also: string[] = [];
  if (left > 0) also.push(`${left} older edits`);
  if (commands > 0) also.push(commands === 1 ? "1 command line" : `${commands} command lines`);
  if (delegations > 0)
    also.push(delegations === 1 ? "1 called object" : `${delegations} called objects`);
  const known = "As the calls that edit files say it";
  if (also.length === 0) return `${known}.`;
  return `${known}; what ${also.join(" and ")} changed is not in it. ! git diff shows the whole folder.`;
}

/** As a patch to read; parts of files have no line numbers. What cannot be compared is there whole. */
function patchOf({ path, fragments }: FileChange, drawing: Drawing): string {
  const name = oneLine(path, MAX_PATH_LENGTH);
  const hunks = fragments.map((fragment) => {
    const { before, after } = fragment;
    const changes = compared(fragment, drawing)?.changes ?? replacedLines(before ?? "", after);
    return `@@\n${changes.map(patchLine).join("")}`;
  });
  return `--- ${name}\n+++ ${name}\n${hunks.join("")}`;
}

const patchLine = ({ type, parts }: Change): string => {
  const text = parts.map((part) => part.text).join("");
  return type === "skipped" ? "@@\n" : `${looks[type].mark.charAt(0)}${text}\n`;
};
