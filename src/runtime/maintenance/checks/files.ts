// The files that people write, and who else may read or change them.
import { existsSync, lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../../protocol/errors.ts";
import type { Finding } from "../../../protocol/upkeep.ts";
import { parseObject } from "../../environment/object-file.ts";
import { objectFilesIn } from "../../environment/object-files.ts";
import { daemonFileIn, manifestIn, trashIn } from "../../environment/open.ts";
import { bad, type Check, good } from "./check.ts";

/** Findings of one kind; the rest is counted. */
const MAX_FINDINGS = 20;

export const checkSettings: Check = ({ report }) => {
  const findings = [
    ...report.problems.map((what) =>
      bad("broken", "settings", {
        what,
        why: "No daemon starts with it.",
        advice: "Mend that line, or see 'jamey config explain KEY'.",
      }),
    ),
    ...report.warnings.map((what) => bad("note", "settings", { what })),
  ].slice(0, MAX_FINDINGS);
  const files = report.places.filter(({ name }) => name === "settings" || name === "manifest");
  const there = files.filter(({ exists }) => exists).map(({ path }) => path);
  const shown = there.length > 0 ? there.join(", ") : "no file yet: the defaults";
  return findings.length > 0 ? findings : [good("settings", `valid: ${shown}`)];
};

export const checkObjects: Check = ({ found }) => {
  const { list, read } = objectFilesIn({
    folder: join(found.places.folder, "objects"),
    trash: trashIn(found.places.state),
  });
  const files = list();
  const findings: Finding[] = [];
  for (const { file } of files) {
    const warn = (what: string) => void findings.push(bad("note", "objects", { what }));
    try {
      parseObject({ file, text: read(file), hash: () => "", warn });
    } catch (thrown) {
      const why = "It is not loaded; the last good version stays live, where there was one.";
      findings.push(bad("broken", "objects", { what: messageOf(thrown), why }));
    }
  }
  if (findings.length > 0) return findings.slice(0, MAX_FINDINGS);
  return [good("objects", `${files.length} prompt objects, all of them read`)];
};

export const checkPermissions: Check = ({ found }) => {
  const { configFolder, places } = found;
  const secrets = [
    join(configFolder, "credentials"),
    join(configFolder, "keys.yml"),
    places.token,
    ...filesIn(places.state).filter((file) => /\/(jamey\.db|daemon\.log|lock\.db)/.test(file)),
  ];
  const folders = [configFolder, places.state, places.run];
  const findings = [
    ...secrets.flatMap((file) => closed(file, { mask: 0o077, right: "600" })),
    ...folders.flatMap((folder) => closed(folder, { mask: 0o077, right: "700" })),
    ...[
      daemonFileIn(configFolder),
      manifestIn(places.folder),
      ...filesIn(join(places.folder, "objects")),
    ].flatMap((file) => closed(file, { mask: 0o022, right: "go-w" })),
  ];
  if (findings.length > 0) return findings.slice(0, MAX_FINDINGS);
  return [good("permissions", "secrets, state and settings are yours alone")];
};

/** Paths of a folder's entries; none where it is not there. */
const filesIn = (folder: string): string[] =>
  existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder).map((name) => join(folder, name))
    : [];

/** undefined for a link that leads nowhere: what is wrong with the file is said where it is read. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (_unreachable) {
    return undefined;
  }
}

function closed(path: string, { mask, right }: { mask: number; right: string }): Finding[] {
  const link = lstatSync(path, { throwIfNoEntry: false });
  const found = link && statOf(path);
  if (!found) return [];
  const uid = process.getuid?.();
  if (uid !== undefined && found.uid !== uid) {
    const what = `${path} belongs to another user`;
    return [
      bad("broken", "permissions", {
        what,
        why: "Whoever owns it decides what jamey reads and keeps.",
        advice: `sudo chown -R $USER ${path}`,
      }),
    ];
  }
  if ((found.mode & mask) === 0) return [];
  const mode = (found.mode & 0o777).toString(8).padStart(3, "0");
  const verb = mask === 0o022 ? "change" : "read";
  return [
    bad("weak", "permissions", {
      what: `${path} has mode ${mode}`,
      why: `Other users of this machine may ${verb} it.`,
      advice: `chmod ${right} ${path}`,
    }),
  ];
}
