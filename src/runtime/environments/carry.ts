// Exports: what people wrote of an environment in one file, to be given to others; and taking in such a file,
// which is anybody's. Of an import nothing is active until a human trusts it.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CarriedFile, Imported } from "../../protocol/environments.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import { markUntrusted } from "../environment/untrusted.ts";
import { nameOf } from "./archive.ts";
import { isCarried, SESSION_NAME, walk } from "./contents.ts";
import { makeFresh, makeUsual } from "./fresh.ts";
import { existingPlace, freePlace, holding, type Variables } from "./hold.ts";
import { exportSessions, importSessions } from "./sessions.ts";
import { type ReadLimits, readTar } from "./tar-read.ts";
import { type Source, writeTar } from "./tar-write.ts";

const MEBIBYTE = 1024 * 1024;

/** Of a file that anybody may have made. */
export const IMPORT_LIMITS: ReadLimits = {
  members: 10_000,
  memberBytes: MAX_FRAME_BYTES,
  totalBytes: 512 * MEBIBYTE,
  ratio: 200,
};
/** Names that are told of what was left aside. */
const MAX_IGNORED_SHOWN = 20;

export async function exportEnvironment(
  options: { environment: string; file: string; with_sessions: boolean },
  variables: Variables,
): Promise<CarriedFile> {
  const { environment, file, with_sessions } = options;
  const found = existingPlace(environment, variables);
  if (existsSync(file)) {
    throw new JameyError("already_exists", `${file} is there already: name another one with -O.`);
  }
  const write = async (): Promise<CarriedFile> => {
    const sources: Source[] = [];
    for (const { name, kind } of walk(found.places.folder)) {
      if (kind !== "file" || !isCarried(name)) continue;
      sources.push({ name, from: { file: join(found.places.folder, name) } });
    }
    const sessions = with_sessions ? await exportSessions(found) : [];
    const all = [...sources, ...sessions];
    requireTakeable(all);
    await writeTar(file, all);
    const about = { members: all.length, sessions: sessions.length };
    return { name: found.name, file, bytes: statSync(file).size, ...about };
  };
  return await (with_sessions ? holding(found, write) : write());
}

/** What could not be imported is no export. */
function requireTakeable(sources: readonly Source[]): void {
  const sizes = sources.map(({ from }) =>
    from === "folder"
      ? 0
      : "text" in from
        ? Buffer.byteLength(from.text)
        : statSync(from.file).size,
  );
  const { members, memberBytes, totalBytes } = IMPORT_LIMITS;
  const at = sizes.findIndex((size) => size > memberBytes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const wrong =
    (sources.length > members && `it has ${sources.length} files, at most ${members} travel`) ||
    (at >= 0 && `${sources[at]?.name} is larger than ${memberBytes} bytes`) ||
    (total > totalBytes && `it has ${total} bytes, at most ${totalBytes} travel`);
  if (wrong) throw new JameyError("too_large", `This environment cannot be exported: ${wrong}.`);
}

export async function importEnvironment(
  { file, name: given }: { file: string; name: string | null },
  variables: Variables,
): Promise<Imported> {
  const name = given ?? nameOf(file);
  const target = freePlace(name, variables);
  const { ignored, ...about } = await makeFresh(target, async (folder) => {
    // First of all: whatever comes after finds it there.
    markUntrusted(join(folder, ".state"), file);
    const documents = join(folder, ".state", "import");
    mkdirSync(documents, { mode: 0o700 });
    const all = await readTar(file, {
      limits: IMPORT_LIMITS,
      place: ({ name: member, type }) => {
        if (type === "folder") return undefined;
        if (SESSION_NAME.test(member)) return join(documents, member);
        return isCarried(member) ? join(folder, member) : undefined;
      },
    });
    const members = all.filter((one) => one.type === "file").map((one) => one.name);
    const taken = members.filter((one) => isCarried(one) || SESSION_NAME.test(one));
    if (!taken.some((one) => one === "manifest.yml" || one.startsWith("objects/"))) {
      const message = `${file} holds no environment: neither manifest.yml nor objects/*.md is in it.`;
      throw new JameyError("bad_data", message);
    }
    makeUsual(folder);
    const sessions = await importSessions({ folder, place: target.places.folder, documents });
    const rest = members.filter((one) => !taken.includes(one));
    return { members: taken.length, sessions, ignored: rest.slice(0, MAX_IGNORED_SHOWN) };
  });
  return { name, folder: target.places.folder, is_trusted: false, ...about, ignored };
}
