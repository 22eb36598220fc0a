// The journal and its views, the room that is left for them, and the clock that dates them.
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "../../../protocol/errors.ts";
import type { Finding } from "../../../protocol/upkeep.ts";
import { examineStore, MAX_COPIED_BYTES } from "../../store/examine.ts";
import { bad, type Check, good, type Subject } from "./check.ts";

/** Below this nothing can be relied on; below that it is soon so. */
const MIN_FREE_BYTES = 32 * 1024 * 1024;
const LOW_FREE_BYTES = 512 * 1024 * 1024;
/** How far a clock may have been ahead of ours when the last event was written. Milliseconds. */
const MAX_AHEAD_MS = 60_000;
/** No jamey ran before: a clock that says so is not set. */
const FIRST_YEAR = 2026;
const SHOWN_PROBLEMS = 5;

export const checkStore: Check = (subject) => {
  const about = examineStore(subject.found.places.state);
  if (!about)
    return [good("database", "none yet: the first start makes it"), ...clock(subject, null)];
  const { file, problems, stale } = about;
  const shown = `${file}: ${about.events} events, ${mebibytes(about.bytes)}`;
  const findings: Finding[] = [];
  if (problems.length === 0) findings.push(good("database", `whole: ${shown}`));
  else {
    findings.push(
      bad("broken", "database", {
        what: `damaged: ${shown}`,
        why: problems.slice(0, SHOWN_PROBLEMS).join("\n"),
        advice: "Stop the daemon, keep a copy of the file, and restore it from a backup.",
      }),
    );
  }
  return [...findings, ...views(problems, stale, about.bytes), ...clock(subject, about.last_at)];
};

function views(problems: string[], stale: string[] | null, bytes: number): Finding[] {
  if (problems.length > 0) return [];
  if (stale === null) {
    const what =
      bytes > MAX_COPIED_BYTES
        ? `not compared with the journal: above ${mebibytes(MAX_COPIED_BYTES)}`
        : "of another version: the next start makes them anew";
    return [bad("note", "views", { what, advice: "jamey doctor --rebuild" })];
  }
  if (stale.length === 0) return [good("views", "say what the journal says")];
  return [
    bad("broken", "views", {
      what: `not what the journal says: ${stale.join(", ")}`,
      why: "Lists and searches show something else than what happened. Nothing is lost.",
      advice: "jamey daemon stop, then jamey doctor --rebuild",
    }),
  ];
}

function clock({ now }: Subject, lastAt: string | null): Finding[] {
  const at = now();
  if (new Date(at).getUTCFullYear() < FIRST_YEAR) {
    const what = `the clock says ${at}`;
    return [
      bad("broken", "clock", {
        what,
        why: "Keys and certificates will not hold.",
        advice: "Set it.",
      }),
    ];
  }
  if (lastAt !== null && Date.parse(lastAt) - Date.parse(at) > MAX_AHEAD_MS) {
    return [
      bad("weak", "clock", {
        what: `the clock says ${at}, but the last event is of ${lastAt}`,
        why: "It was set back: until it has caught up, events carry the time of the last.",
      }),
    ];
  }
  return [good("clock", at)];
}

/** What is there of a path: where it would be made. */
function existingPartOf(path: string): string {
  let part = path;
  while (!existsSync(part) && part !== dirname(part)) part = dirname(part);
  return part;
}

/** Whether the places can be written, or be made where they are missing: without that no daemon starts. */
export const checkPlaces: Check = ({ found }) => {
  const places = [found.configFolder, found.places.folder, found.places.state, found.places.run];
  const wrong = [...new Set(places.map(existingPartOf))].flatMap((folder) => {
    const problem = problemOf(folder);
    return problem === undefined ? [] : [`${folder}: ${problem}`];
  });
  if (wrong.length === 0) return [good("folders", "can be written")];
  return [
    bad("broken", "folders", {
      what: "cannot be written, so that no daemon can start",
      why: wrong.join("\n"),
      advice: "Make them writable for you, or name others: jamey help files",
    }),
  ];
};

function problemOf(folder: string): string | undefined {
  try {
    if (!statSync(folder).isDirectory()) return "it is not a folder";
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

export const checkDisk: Check = ({ found }) => {
  const folder = existingPartOf(found.places.state);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= LOW_FREE_BYTES) return [good("disk", `${mebibytes(free)} free`)];
  return [
    bad(free < MIN_FREE_BYTES ? "broken" : "weak", "disk", {
      what: `only ${mebibytes(free)} free for ${folder}`,
      why: "When it is full nothing can be kept, and so nothing is done.",
      advice: "Free some space.",
    }),
  ];
};

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
