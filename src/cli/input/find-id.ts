// Which of those that are listed a human means by a part of an id: its beginning, or some of what tells it apart.
import { oneLine } from "../../terminal/strip.ts";
import { usageError } from "./arguments.ts";

/** A part from within an id is no shorter than this. Characters. */
const MIN_PART_LENGTH = 4;
/** How many candidates an ambiguous answer names. */
const MAX_NAMED = 5;

/** Undefined where none fits; more than one is an error that names them. `what` are many of them. */
export function pickById<Item>(
  items: readonly Item[],
  text: string,
  { idOf, what }: { idOf(item: Item): string; what: string },
): Item | undefined {
  const exact = items.find((item) => idOf(item) === text);
  if (exact || text === "") return exact;
  const fits = (id: string): boolean =>
    id.startsWith(text) || (text.length >= MIN_PART_LENGTH && id.includes(text));
  const near = items.filter((item) => fits(idOf(item)));
  if (near.length <= 1) return near[0];
  const named = near.slice(0, MAX_NAMED).map((item) => oneLine(idOf(item), 128));
  const all = named.join(", ") + (near.length > MAX_NAMED ? ", …" : "");
  throw usageError(`'${oneLine(text, 128)}' fits ${near.length} ${what}: ${all}. Give more of it.`);
}
