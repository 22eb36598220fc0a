// Which environments there are, and what can be said of one without asking its daemon.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentInfo } from "../../protocol/environments.ts";
import { type FoundEnvironment, locateEnvironment } from "../environment/open.ts";
import { isTrusted } from "../environment/untrusted.ts";
import { countSessions } from "../store/copy.ts";
import { readChosen } from "./chosen.ts";
import { bytesIn } from "./contents.ts";
import { existingPlace, namesOf, runningDaemon, type Variables } from "./hold.ts";

export function listEnvironments(variables: Variables): EnvironmentInfo[] {
  return namesOf(variables).map((environment) =>
    describe(locateEnvironment({ environment, variables }), variables),
  );
}

export const aboutEnvironment = (environment: string, variables: Variables): EnvironmentInfo =>
  describe(existingPlace(environment, variables), variables);

function describe({ name, places }: FoundEnvironment, variables: Variables): EnvironmentInfo {
  const objects = join(places.folder, "objects");
  return {
    name,
    folder: places.folder,
    is_default: name === readChosen(variables),
    is_trusted: isTrusted(places.state),
    objects: existsSync(objects) ? readdirSync(objects).filter(isObjectFile).length : 0,
    sessions: countSessions(places.state),
    bytes: bytesIn(places.folder),
    running: runningDaemon(places.state),
  };
}

const isObjectFile = (file: string): boolean => file.endsWith(".md") && !file.startsWith(".");
