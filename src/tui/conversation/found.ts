// What was searched for stands out where it is seen, also where its style changes in the middle.
import type { Line, Span } from "../shapes.ts";
import { plainText } from "../text.ts";

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

function marked(piece: Span, isHit: (index: number) => boolean): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (let at = 1; at <= piece.text.length; at += 1) {
    if (at < piece.text.length && isHit(at) === isHit(from)) continue;
    const text = piece.text.slice(from, at);
    spans.push({ text, style: isHit(from) ? "selected" : piece.style });
    from = at;
  }
  return spans;
}
