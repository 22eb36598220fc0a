// A new environment from a template, or from another one.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EnvironmentInfo, TemplateInfo } from "../../protocol/environments.ts";
import { JameyError } from "../../protocol/errors.ts";
import { suggest } from "../../protocol/suggest.ts";
import { templates } from "../environment/templates/index.ts";
import type { Template } from "../environment/templates/template.ts";
import { isTrusted, markUntrusted, originOf } from "../environment/untrusted.ts";
import { copyDatabase } from "../store/copy.ts";
import { isCarried, walk } from "./contents.ts";
import { makeFresh, makeUsual, writeNew } from "./fresh.ts";
import { existingPlace, freePlace, holding, type Variables } from "./hold.ts";
import { aboutEnvironment } from "./list.ts";

const DEFAULT_TEMPLATE = "assistant";

export function listTemplates(): TemplateInfo[] {
  return Object.entries(templates).map(([name, { description, objects }]) => ({
    name,
    description,
    objects: Object.keys(objects),
  }));
}

export async function createEnvironment(
  { name, template }: { name: string; template: string | null },
  variables: Variables,
): Promise<EnvironmentInfo> {
  const { manifest, objects, files } = templateOf(template ?? DEFAULT_TEMPLATE);
  await makeFresh(freePlace(name, variables), async (folder) => {
    makeUsual(folder);
    writeNew(folder, "manifest.yml", manifest(name));
    for (const [object, text] of Object.entries(objects)) {
      writeNew(folder, `objects/${object}.md`, text);
    }
    for (const [file, text] of Object.entries(files ?? {})) writeNew(folder, file, text);
    return await Promise.resolve();
  });
  return aboutEnvironment(name, variables);
}

function templateOf(name: string): Template {
  const all: [string, Template][] = Object.entries(templates);
  const found = all.find(([known]) => known === name)?.[1];
  if (found) return found;
  const known = Object.keys(templates);
  const close = suggest(name, known);
  const meant = close ? `Did you mean '${close}'? ` : "";
  const message = `There is no template '${name}'. ${meant}There are: ${known.join(", ")}.`;
  throw new JameyError("not_found", message, { details: { known } });
}

/** The files that people write; with sessions also what the daemon keeps of them, as a copy of its own. */
export async function cloneEnvironment(
  options: { from: string; to: string; with_sessions: boolean },
  variables: Variables,
): Promise<EnvironmentInfo> {
  const from = existingPlace(options.from, variables);
  const to = freePlace(options.to, variables);
  const copy = async () =>
    await makeFresh(to, async (folder) => {
      makeUsual(folder);
      for (const { name, kind } of walk(from.places.folder)) {
        if (kind !== "file") continue;
        const isWanted = isCarried(name) || (options.with_sessions && isOfSessions(name));
        if (isWanted) copyInto(from.places.folder, folder, name);
      }
      const state = join(folder, ".state");
      mkdirSync(state, { recursive: true, mode: 0o700 });
      if (!isTrusted(from.places.state)) {
        markUntrusted(state, originOf(from.places.state) ?? options.from);
      }
      if (options.with_sessions) copyDatabase(from.places.state, join(state, "jamey.db"));
      return await Promise.resolve();
    });
  // Files may be read while a daemon has them; the database only when it stands still.
  await (options.with_sessions ? holding(from, copy) : copy());
  return aboutEnvironment(options.to, variables);
}

/** What messages refer to. */
const isOfSessions = (name: string): boolean => /^\.state\/(?:attachments|outputs)\//.test(name);

function copyInto(from: string, to: string, name: string): void {
  mkdirSync(dirname(join(to, name)), { recursive: true, mode: 0o700 });
  copyFileSync(join(from, name), join(to, name));
}
