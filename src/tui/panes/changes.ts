// What the calls of the conversation that is open changed, file by file.
import { type Change, lineChanges } from "../../terminal/line-changes.ts";
import { oneLine } from "../../terminal/strip.ts";
import { differenceLines, differenceOf, looks } from "../conversation/diff.ts";
import {
  type Changes,
  changesOf,
  type FileChange,
  type Fragment,
} from "../conversation/file-changes.ts";
import type { Pane, Shared } from "../pane.ts";
import type { Line } from "../shapes.ts";
import { line, span, spread, wrapText } from "../text.ts";
import { readerPane } from "./parts/reader.ts";
import { beginning, type Paper, type ReaderState } from "./parts/reader-shapes.ts";

export interface ChangesState extends ReaderState {
  ignoresSpace: boolean;
}

const MAX_PATH_LENGTH = 200;
/** Of what comes then only the names of its files are drawn; the editor has all. */
const MAX_DRAWN_LINES = 20_000;

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
  const changes = memo.of(transcript.messages, `changes ${told} ${workspace}`, () =>
    changesOf(transcript, workspace),
  );
  if (changes.files.length === 0) return null;
  return memo.of(changes, `paper ${columns} ${ignoresSpace}`, () =>
    drawn(changes, { columns, ignoresSpace }),
  );
}

interface Drawing {
  columns: number;
  ignoresSpace: boolean;
}

function drawn({ files, ...missing }: Changes, drawing: Drawing): Paper {
  const lines: Line[] = [];
  const changes: number[] = [];
  const sum = { added: 0, removed: 0 };
  for (const file of files) {
    if (lines.length > MAX_DRAWN_LINES) {
      lines.push(line(`${oneLine(file.path, MAX_PATH_LENGTH)}: in your editor`, "dim"));
      continue;
    }
    const parts = file.fragments.map((one) => fragmentLines(one, drawing));
    const [added, removed] = [total(parts, "added"), total(parts, "removed")];
    sum.added += added;
    sum.removed += removed;
    if (lines.length > 0) lines.push([]);
    lines.push(fileLine(file, { added, removed }, drawing.columns), []);
    if (parts.length === 0) lines.push(line("as it was before", "dim"));
    for (const [index, part] of parts.entries()) {
      if (index > 0) lines.push(line("⋯", "rule"));
      if (part.note !== "") lines.push(line(part.note, "dim"));
      for (const each of part.lines) {
        if (each.isStart) changes.push(lines.length);
        lines.push(each.line);
      }
    }
  }
  const rest = wrapText(missingText(missing), drawing.columns, "dim");
  const what = files.length === 1 ? "1 file" : `${files.length} files`;
  const space = drawing.ignoresSpace ? "  without white space" : "";
  return {
    title: `${what}  +${sum.added} −${sum.removed}${space}`,
    place: "",
    lines: [...lines, [], ...rest],
    changes,
    isDifference: true,
    text: () => files.map((file) => patchOf(file, drawing)).join("\n"),
    suffix: ".diff",
  };
}

const total = (parts: readonly { added: number; removed: number }[], key: "added" | "removed") =>
  parts.reduce((sum, part) => sum + part[key], 0);

function fileLine(
  { path, calls }: FileChange,
  { added, removed }: { added: number; removed: number },
  columns: number,
): Line {
  const counts = [span(`  +${added}`, "added"), span(` −${removed}`, "removed")];
  const by = span(calls === 1 ? "  1 call" : `  ${calls} calls`, "dim");
  return spread([span(oneLine(path, MAX_PATH_LENGTH), "heading")], [...counts, by], columns);
}

function fragmentLines(fragment: Fragment, { columns, ignoresSpace }: Drawing) {
  const { before, after } = fragment;
  const difference = differenceOf(before ?? "", after, { ignoresSpace });
  const note =
    before === null ? "written whole: what it held before is not known here" : emptyNote(fragment);
  if (!difference) {
    const lines = [
      { line: line("too different to be set beside each other", "dim"), isStart: true },
    ];
    return { note, lines, added: 0, removed: 0 };
  }
  const { added, removed } = difference;
  return { note, lines: differenceLines(difference, columns), added, removed };
}

const emptyNote = ({ before, isWhole }: Fragment): string =>
  isWhole && before === "" ? "a new file" : "";

function missingText({ commands, delegations }: Omit<Changes, "files">): string {
  const also: string[] = [];
  if (commands > 0) also.push(commands === 1 ? "1 command line" : `${commands} command lines`);
  if (delegations > 0)
    also.push(delegations === 1 ? "1 called object" : `${delegations} called objects`);
  const known = "As the calls that edit files say it";
  if (also.length === 0) return `${known}.`;
  return `${known}; what ${also.join(" and ")} changed is not in it. ! git diff shows the whole folder.`;
}

/** As a patch to read; parts of files have no line numbers. */
function patchOf({ path, fragments }: FileChange, { ignoresSpace }: Drawing): string {
  const name = oneLine(path, MAX_PATH_LENGTH);
  const hunks = fragments.map(({ before, after }) => {
    const changes = lineChanges(before ?? "", after, { ignoresSpace }) ?? [];
    return `@@\n${changes.map(patchLine).join("")}`;
  });
  return `--- ${name}\n+++ ${name}\n${hunks.join("")}`;
}

const patchLine = ({ type, parts }: Change): string => {
  const text = parts.map((part) => part.text).join("");
  return type === "skipped" ? "@@\n" : `${looks[type].mark.charAt(0)}${text}\n`;
};
