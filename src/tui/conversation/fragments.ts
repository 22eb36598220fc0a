// The parts of one file that edits changed, put together where it is certain that they meet. What an edit takes
// away stands in its file exactly once, as its tool holds: so it is in a part that surely stands there and has it.
// Rule: a part that a later edit may have touched is not sure any more, and nothing is put together with it.
import type { Edit } from "../../terminal/edits.ts";

/** A text that holds an earlier change this long, once, holds that change. Letters and signs. */
const MIN_CERTAIN_LENGTH = 12;
/** Older parts are not looked through for what a later edit changes: they and it are told one after the other. */
const MAX_SURE = 24;
/** And no more text than this. UTF-16 units. */
const MAX_SURE_LENGTH = 64 * 1024;
/** Ends of texts that are compared unit by unit; longer ones begin at a place that is searched for. */
const EDGE_LENGTH = 32;
/** Such places that are looked at: where there are more, the texts may meet. */
const MAX_EDGES = 16;

/** A part of a file: what stood there before all calls, and what stands there after them. */
export interface Fragment {
  /** null: the whole file was written, and what it held before is not known. */
  before: string | null;
  after: string;
  /** It is all of the file. */
  isWhole: boolean;
}

export interface Fragments {
  fragments: readonly Fragment[];
  /** Those that surely stand in the file as they are told, the newest last. */
  sure: readonly Fragment[];
}

export const noFragments: Fragments = { fragments: [], sure: [] };

type Replacing = Omit<Edit, "before"> & { before: string };

export function edited(known: Fragments, edit: Edit, isCreated: boolean): Fragments {
  const { before, after, isEverywhere } = edit;
  if (before !== null) {
    const replacing = { ...edit, before };
    const next = isEverywhere ? everywhere(known, replacing) : once(known, replacing);
    return { ...next, sure: bounded(next.sure) };
  }
  const [first] = known.fragments;
  const held = first?.isWhole ? first.before : isCreated && !first ? "" : null;
  const whole = { before: held, after, isWhole: true };
  return { fragments: [whole].filter(isChange), sure: bounded([whole]) };
}

const isChange = ({ before, after }: Fragment): boolean => before !== after;

function bounded(sure: readonly Fragment[]): readonly Fragment[] {
  let length = 0;
  const newest = sure.slice(-MAX_SURE);
  const last = newest.findLastIndex(({ after }) => {
    length += after.length;
    return length > MAX_SURE_LENGTH;
  });
  return newest.slice(last + 1);
}

function once({ fragments, sure }: Fragments, { before, after }: Replacing): Fragments {
  const holders = sure.filter((one) => one.after.includes(before));
  const [holder] = holders;
  if (holder && holders.length === 1 && occursOnce(holder.after, before)) {
    const next = { ...holder, after: holder.after.replace(before, () => after) };
    return { fragments: swapped(fragments, holder, next), sure: swapped(sure, holder, next) };
  }
  const inner = innerOf(sure, before);
  const later = { before: unwound(before, inner), after, isWhole: false };
  const added = isChange(later) ? [later] : [];
  // A copy alone costs little, however many they are.
  const others = inner.length === 0 ? fragments : fragments.filter((one) => !inner.includes(one));
  return {
    fragments: [...others, ...added],
    sure: [...sure.filter((one) => !mayMeet(one, before)), ...added],
  };
}

/** With another part in the place of this one, which is not told where it was no change; nor is the other then. */
function swapped(all: readonly Fragment[], old: Fragment, next: Fragment): readonly Fragment[] {
  const at = all.indexOf(old);
  const told = isChange(next) ? [next] : [];
  return at < 0 ? [...all, ...told] : all.toSpliced(at, 1, ...told);
}

/** Elsewhere in the file it may stand as well, where not all of it is known. */
function everywhere(known: Fragments, { before, after }: Replacing): Fragments {
  let { fragments } = known;
  const sure: Fragment[] = [];
  let isAll = false;
  for (const one of known.sure) {
    const parts = before === "" ? [] : one.after.split(before);
    const isEdgeless = one.isWhole || !(touches(one.after, before) || touches(before, one.after));
    const length = one.after.length + (parts.length - 1) * (after.length - before.length);
    if (parts.length > 1 && isEdgeless && length <= MAX_SURE_LENGTH) {
      const next = { ...one, after: parts.join(after) };
      fragments = swapped(fragments, one, next);
      if (isChange(next)) sure.push(next);
      isAll ||= one.isWhole;
    } else if (!mayMeet(one, before)) sure.push(one);
  }
  const later = { before, after, isWhole: false };
  return { fragments: isAll || !isChange(later) ? fragments : [...fragments, later], sure };
}

/** Whether what an edit takes away may be a part of it, or hold a part of it. What is whole must hold it. */
const mayMeet = ({ after, isWhole }: Fragment, before: string): boolean =>
  isWhole ||
  (after.length < before.length ? before.includes(after) : after.includes(before)) ||
  touches(after, before) ||
  touches(before, after);

/** The end of one is the beginning of the other, or may be. */
function touches(left: string, right: string): boolean {
  // Where all of one is in the other it is no edge.
  const most = Math.min(left.length, right.length) - 1;
  for (let length = 1; length <= Math.min(most, EDGE_LENGTH); length += 1) {
    const isBegun = left.charCodeAt(left.length - length) === right.charCodeAt(0);
    if (isBegun && left.endsWith(right.slice(0, length))) return true;
  }
  if (most <= EDGE_LENGTH) return false;
  const edge = right.slice(0, EDGE_LENGTH);
  let at = left.indexOf(edge, left.length - most);
  for (let tried = 0; at >= 0; tried += 1) {
    if (tried >= MAX_EDGES || right.startsWith(left.slice(at))) return true;
    at = left.indexOf(edge, at + 1);
  }
  return false;
}

/** Earlier changes that a later edit goes around: each stands in it once, and beside the others. */
function innerOf(sure: readonly Fragment[], before: string): readonly Fragment[] {
  const within = sure.filter(
    (one) =>
      !one.isWhole &&
      one.before !== null &&
      occursOnce(before, one.after) &&
      one.after.replace(/\s+/g, "").length >= MIN_CERTAIN_LENGTH,
  );
  let end = 0;
  return within
    .toSorted((left, right) => before.indexOf(left.after) - before.indexOf(right.after))
    .filter(({ after }) => {
      const from = before.indexOf(after);
      const isBeside = from >= end;
      if (isBeside) end = from + after.length;
      return isBeside;
    });
}

/** The text as it stood before the changes in it, which are in their order. */
function unwound(text: string, inner: readonly Fragment[]): string {
  let [said, from] = ["", 0];
  for (const { before, after } of inner) {
    const at = text.indexOf(after);
    said += text.slice(from, at) + (before ?? "");
    from = at + after.length;
  }
  return said + text.slice(from);
}

function occursOnce(text: string, part: string): boolean {
  const at = text.indexOf(part);
  return at >= 0 && text.indexOf(part, at + 1) < 0;
}
