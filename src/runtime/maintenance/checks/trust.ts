// Environments that came from elsewhere and that nobody has trusted yet: which, and what of each is inert.
import type { Finding } from "../../../protocol/upkeep.ts";
import { type FoundEnvironment, locateEnvironment } from "../../environment/open.ts";
import { isTrusted, originOf } from "../../environment/untrusted.ts";
import { namesOf } from "../../environments/hold.ts";
import { inertIn } from "../../environments/trust.ts";
import { bad, type Check } from "./check.ts";

/** Environments, and things of one kind in each, that are named; the rest is counted. */
const MAX_ENVIRONMENTS = 20;
const MAX_NAMED = 10;

/** All of this user's, whichever is examined: what waits for a look is forgotten easily. */
export const checkTrust: Check = ({ found, variables }) => {
  const others = namesOf(variables).filter((name) => name !== found.name);
  const all = [found, ...others.map((name) => locateEnvironment({ environment: name, variables }))];
  const untrusted = all.filter(({ places }) => !isTrusted(places.state));
  const told = untrusted.slice(0, MAX_ENVIRONMENTS).map(findingOf);
  const rest = untrusted.length - told.length;
  if (rest === 0) return told;
  return [...told, bad("note", "trust", { what: `and ${rest} more environments are not trusted` })];
};

function findingOf(found: FoundEnvironment): Finding {
  const { name, places } = found;
  const from = originOf(places.state);
  const { on_start, wakes, settings, files } = inertIn(found);
  const inert = [
    ["messages to", [...new Set(on_start.map(({ object }) => object))]],
    ["wakes of", [...new Set(wakes.map(({ object }) => object))]],
    ["settings", settings.map(({ key }) => key)],
    ["files", files],
  ] as const;
  const lines = inert.flatMap(([what, names]) =>
    names.length === 0 ? [] : [`${what} ${named(names)}`],
  );
  return bad("note", "trust", {
    what: `'${name}' is not trusted${from === null ? "" : `: it came from ${from}`}`,
    why: `Inert until then: ${lines.join("; ") || "nothing"}.`,
    advice: `jamey env trust ${name}`,
  });
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(", ");
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}
