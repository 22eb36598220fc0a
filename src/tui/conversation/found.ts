// What was searched for stands out where it is seen, also where its style changes in the middle.
// Rule: a letter is marked whole: with its marks, though only a part of it was searched for.
import type { Line, Span } from "../shapes.ts";
import { graphemes, plainText } from "../text.ts";

export function withFound(of: Line, query: string): Line {
  if (query === "") return of;
  const wanted = query.toLowerCase();
  const text = plainText(of);
  const small = text.toLowerCase();
  // A text that changes its length by its case is not marked: places would not fit.
  if (small.length !== text.length || !small.includes(wanted)) return of;
  const isHit = hits(small, wanted);
  let at = 0;
  return of.flatMap((piece): Span[] => {
    const from = at;
    at += piece.text.length;
    return marked(piece, (index) => isHit.has(from + index));
  });
}

/** Which units of a line belong to a hit. */
function hits(text: string, wanted: string): ReadonlySet<number> {
  const places = new Set<number>();
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    for (let unit = at; unit < at + wanted.length; unit += 1) places.add(unit);
  }
  return places;
}

function marked({ text, style }: Span, isHit: (index: number) => boolean): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const letter of graphemes(text)) {
    const end = at + letter.length;
    let isMarked = false;
    for (; at < end; at += 1) isMarked ||= isHit(at);
    const [last, drawn] = [spans.at(-1), isMarked ? "selected" : style];
    if (last?.style === drawn) spans[spans.length - 1] = { ...last, text: last.text + letter };
    else spans.push({ text: letter, style: drawn });
  }
  return spans;
}
