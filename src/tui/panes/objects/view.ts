// How the object browser looks: the list, and the object that is selected: prompt, capabilities, history.
import { shortHash } from "../../../terminal/short-hash.ts";
import { keysOf } from "../../keys.ts";
import type { Shared } from "../../pane.ts";
import type { Line, Size } from "../../shapes.ts";
import { pad, padText, span, wrap } from "../../text.ts";
import { clip } from "../../world/clip.ts";
import { withPeople } from "../../world/people.ts";
import { MAX_TEXT_LENGTH } from "../../world.ts";
import { type Bound, keyFooter } from "../parts/bound.ts";
import { fieldLine } from "../parts/field.ts";
import { fill, windowOf } from "../parts/list.ts";
import { type Piece, pageOf } from "../parts/long-text.ts";
import { ago, emptyText, iconSpan, row, ruled, shapes } from "../parts/words.ts";
import { chosenObject, objectNames } from "./fetch.ts";
import { type ObjectsState, tabs } from "./state.ts";

/** From this width on the object stands beside the list. Columns. */
const BESIDE_FROM = 80;
const LIST_COLUMNS = 26;

export function viewObjects(state: ObjectsState, shared: Shared, size: Size): readonly Line[] {
  const { columns, rows } = size;
  const foot = footLines(state, shared, columns);
  const room = Math.max(0, rows - foot.length);
  const po_name = chosenObject(state, shared);
  if (state.mode.type === "refused") {
    const { problem, theirs } = state.mode;
    const why = wrap([span(problem, "bad")], columns);
    const page = pageOf(theirs, state.scroll, { columns, rows: room - why.length - 1 });
    return fill([...why, [], ...page.lines], foot, size);
  }
  if (po_name === null) return fill(emptyText(emptyWords(shared), columns), foot, size);
  if (columns < BESIDE_FROM) {
    const above = Math.max(1, Math.floor(room / 4));
    const list = listLines(po_name, shared, { columns, rows: above });
    const detail = detailLines(state, po_name, shared, { columns, rows: room - list.length });
    return fill([...list, ...detail], foot, size);
  }
  const list = listLines(po_name, shared, { columns: LIST_COLUMNS, rows: room });
  const right = columns - LIST_COLUMNS - 3;
  const detail = detailLines(state, po_name, shared, { columns: right, rows: room });
  const both = Array.from({ length: room }, (_none, index): Line => {
    return [...pad(list[index] ?? [], LIST_COLUMNS), span(" │ ", "rule"), ...(detail[index] ?? [])];
  });
  return fill(both, foot, size);
}

function emptyWords({ world, keymap }: Shared): string {
  if (!world.isLoaded) return "Asking the daemon for objects …";
  const key = keysOf(keymap, "objects", "new")[0] ?? "A key";
  return `No objects here yet. ${key} makes one: a name, then its prompt in your editor.`;
}

function footLines({ mode, tab }: ObjectsState, bound: Bound, columns: number): Line[] {
  switch (mode.type) {
    case "name":
      return [
        fieldLine(mode.field, columns),
        keyFooter(bound, "field", ["submit", "leave"], columns),
      ];
    case "confirm": {
      const what =
        mode.what === "delete"
          ? `Delete ${mode.po_name}? Its conversations and its history stay.`
          : `Make version ${shortHash(mode.hash)} of ${mode.po_name} the live one again?`;
      const asked = mode.times === 1 ? what : `Really? ${what}`;
      return [[span(asked, "bad")], keyFooter(bound, "confirm", ["yes", "no"], columns)];
    }
    case "refused": {
      const actions = mode.theirs.length > 0 ? (["again", "overwrite", "leave"] as const) : null;
      return actions
        ? [keyFooter(bound, "stale", actions, columns)]
        : [keyFooter(bound, "rejected", ["again", "leave"], columns)];
    }
    case "list": {
      const some = tab === "history" ? (["older", "next_change", "revert"] as const) : [];
      const actions = [
        "talk",
        "edit",
        "next",
        ...some,
        "new",
        "rename",
        "delete",
        "close",
      ] as const;
      return [keyFooter(bound, "objects", actions, columns)];
    }
  }
}

function listLines(chosen: string, shared: Shared, { columns, rows }: Size): readonly Line[] {
  const names = objectNames(shared);
  const { objects, problems } = shared.world;
  const lines = names.map((name) => {
    const state = objects.get(name)?.state ?? "idle";
    const icon = { idle: shapes.idle, working: shapes.working, waiting: shapes.approval }[state];
    return row([iconSpan(icon), span(name)], "", { columns, isSelected: name === chosen });
  });
  const broken = problems.map(
    ({ file, problem }): Line => [
      span(` ✗ ${clip(`${file}: ${problem}`, MAX_TEXT_LENGTH)}`, "bad"),
    ],
  );
  return windowOf([...lines, ...broken], names.indexOf(chosen), rows);
}

function detailLines(
  state: ObjectsState,
  po_name: string,
  shared: Shared,
  { columns, rows }: Size,
): readonly Line[] {
  const titles = tabs.map((tab) => (tab === state.tab ? `[${tab}]` : ` ${tab} `)).join(" ");
  const head = [ruled(`${po_name}  ${titles}`, columns)];
  const size = { columns, rows: Math.max(0, rows - 1) };
  switch (state.tab) {
    case "prompt":
      return [...head, ...promptLines(state, po_name, size)];
    case "capabilities":
      return [...head, ...capabilityLines(state, po_name, size)];
    case "history":
      return [...head, ...historyLines(state, po_name, shared, size)];
  }
}

const waiting: readonly Line[] = [[span("Asking the daemon …", "dim")]];

function promptLines(state: ObjectsState, po_name: string, size: Size): readonly Line[] {
  if (state.info?.po_name !== po_name) return waiting;
  const { reply, prompt } = state.info;
  const about = clip(reply.description, MAX_TEXT_LENGTH);
  const facts = `model ${reply.model ?? "as the environment says"} · version ${shortHash(reply.version)} · ${reply.file}`;
  const head: Line[] = [
    ...(about === "" ? [] : [[span(about, "italic")]]),
    [span(clip(facts, MAX_TEXT_LENGTH), "dim")],
    [],
  ];
  return [...head, ...page(prompt, state.scroll, { ...size, rows: size.rows - head.length })];
}

function page(pieces: readonly Piece[], from: number, { columns, rows }: Size): readonly Line[] {
  const { lines, left } = pageOf(pieces, from, { columns, rows: Math.max(0, rows - 1) });
  return left > 0 ? [...lines, [span("↓ pagedown reads on", "dim")]] : lines;
}

function capabilityLines(
  { info }: ObjectsState,
  po_name: string,
  { columns, rows }: Size,
): readonly Line[] {
  if (info?.po_name !== po_name) return waiting;
  const { capabilities, rules, limits } = info.reply;
  const marks = { tool: "▸", object: "●", workflow: "◆", unknown: "✗" } as const;
  const lines = capabilities.map(
    ({ name, kind, description }): Line => [
      span(`${marks[kind]} `, kind === "unknown" ? "bad" : "plain"),
      span(padText(name, 18), "bold"),
      span(` ${clip(description, MAX_TEXT_LENGTH)}`, "dim"),
    ],
  );
  const none: Line[] = [
    [span("It may use nothing: name tools and objects in `capabilities`.", "dim")],
  ];
  const ruleLines = rules.map(({ tool, match, action, call_hash }): Line => {
    const about = match === null ? "" : `(${match})${call_hash === undefined ? "" : " exactly"}`;
    return [span(clip(`${action} ${tool}${about}`, MAX_TEXT_LENGTH), "dim")];
  });
  const { max_iterations, max_tokens, max_cost_usd } = limits;
  const limited = `at most ${max_iterations} model calls, ${max_tokens ?? "any number of"} tokens, ${max_cost_usd === null ? "any cost" : `$${max_cost_usd}`} a turn`;
  return [...(lines.length > 0 ? lines : none), [], ...ruleLines, [span(limited, "dim")]]
    .flatMap((one) => wrap(one, columns))
    .slice(0, rows);
}

function historyLines(
  state: ObjectsState,
  po_name: string,
  { now }: Shared,
  { columns, rows }: Size,
): readonly Line[] {
  const { history, difference, version } = state;
  if (history?.po_name !== po_name) return waiting;
  const lines = history.versions.map(({ hash, author, reason, at, is_live }, index) => {
    const left = [
      span(`${shortHash(hash)} `, "code"),
      span(clip(withPeople(author), 64), "bold"),
      span(` ${clip(reason, MAX_TEXT_LENGTH)}`, "dim"),
      ...(is_live ? [span(" (live)", "good")] : []),
    ];
    return row(left, ago(at, now), { columns, isSelected: index === version });
  });
  const height = Math.max(1, Math.floor(rows / 3));
  const list = windowOf(lines, version, height);
  const chosen = history.versions[version]?.hash;
  const shown = difference && difference.hash === chosen ? difference.pieces : undefined;
  const size = { columns, rows: rows - list.length - 1 };
  const change = shown ? page(shown, state.scroll, size) : waiting;
  return [
    ...list,
    ruled(`what it changed${state.ignoresSpace ? ", without white space" : ""}`, columns),
    ...change,
  ];
}
