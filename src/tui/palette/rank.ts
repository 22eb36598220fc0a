// How well a name fits what was typed of it: its letters in this order, better where words begin. Pure.

/** Characters that are compared of a query and of a name. */
const MAX_COMPARED_LENGTH = 200;

const WHOLE = 1_000;
const BEGINNING = 400;
const WORD_START = 80;
const IN_A_ROW = 40;
const LETTER = 10;
/** For each place further down the list of what was used last. */
const RECENCY = 15;
const MAX_RECENCY = 90;

/** null where it does not fit; an empty query fits everything alike. */
export function score(query: string, name: string): number | null {
  const wanted = query.slice(0, MAX_COMPARED_LENGTH).toLowerCase();
  const given = name.slice(0, MAX_COMPARED_LENGTH);
  const found = given.toLowerCase();
  if (wanted === "") return 0;
  if (found === wanted) return WHOLE;
  // A text that changed its length by its case is compared as it stands.
  const best = scoreFrom(wanted, found.length === given.length ? given : found, found);
  if (best === null) return null;
  return best + (found.startsWith(wanted) ? BEGINNING : 0) - found.length / MAX_COMPARED_LENGTH;
}

/** The best of all ways to find the letters: for each letter of the query, the best sum that ends at each letter. */
function scoreFrom(wanted: string, given: string, found: string): number | null {
  let sums: (number | null)[] = [];
  for (let at = 0; at < wanted.length; at += 1) {
    const next: (number | null)[] = [];
    let before: number | null = at === 0 ? 0 : null;
    for (let place = 0; place < found.length; place += 1) {
      const row: number | null = place > 0 && at > 0 ? (sums[place - 1] ?? null) : null;
      if (row !== null) before = Math.max(before ?? row, row);
      const isFound = found.charAt(place) === wanted.charAt(at) && before !== null;
      next.push(isFound ? gain(given, place, before ?? 0, row) : null);
    }
    sums = next;
  }
  const reached = sums.filter((sum) => sum !== null);
  return reached.length === 0 ? null : Math.max(...reached);
}

function gain(given: string, place: number, before: number, row: number | null): number {
  const here = LETTER + (beginsWord(given, place) ? WORD_START : 0);
  return Math.max(before + here, row === null ? 0 : row + here + IN_A_ROW);
}

function beginsWord(text: string, place: number): boolean {
  if (place === 0) return true;
  const [before, letter] = [text.charAt(place - 1), text.charAt(place)];
  return /[\s/._:@-]/.test(before) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(letter));
}

/** The best first; those that fit alike stay in their order. `recent` names what was used, the last first. */
export function rank<Item>(
  query: string,
  items: readonly Item[],
  { nameOf, recent = [] }: { nameOf(item: Item): string; recent?: readonly string[] },
): readonly Item[] {
  const used = new Map(recent.map((name, index) => [name, index]));
  const fitting = items.flatMap((item) => {
    const name = nameOf(item);
    const fit = score(query, name);
    if (fit === null) return [];
    const index = used.get(name);
    return [
      { item, fit: fit + (index === undefined ? 0 : Math.max(0, MAX_RECENCY - index * RECENCY)) },
    ];
  });
  return fitting.sort((left, right) => right.fit - left.fit).map(({ item }) => item);
}
