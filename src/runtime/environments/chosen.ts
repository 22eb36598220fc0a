// The environment that is used where none is named: one line in a file beside daemon.yml, which every client
// reads at its start.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { chosenEnvironmentFile } from "../../protocol/places.ts";
import { DEFAULT_ENVIRONMENT } from "../environment/open.ts";
import { replaceFile } from "../replace-file.ts";
import { homeOf, namedPlace, type Variables } from "./hold.ts";

const fileOf = (variables: Variables): string => chosenEnvironmentFile(homeOf(variables).config);

export function readChosen(variables: Variables): string {
  const file = fileOf(variables);
  const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  return text === "" ? DEFAULT_ENVIRONMENT : text;
}

/** One that is there; `default` itself need not be, and needs no file. */
export function choose(name: string, variables: Variables): void {
  if (name === DEFAULT_ENVIRONMENT) {
    rmSync(fileOf(variables), { force: true });
    return;
  }
  namedPlace(name, variables);
  replaceFile(fileOf(variables), `${name}\n`);
}

/** After one has got another name, or is gone (null), nobody is sent to where nothing is. */
export function follow(from: string, to: string | null, variables: Variables): void {
  if (readChosen(variables) !== from) return;
  if (to !== null || from !== DEFAULT_ENVIRONMENT) choose(to ?? DEFAULT_ENVIRONMENT, variables);
}
