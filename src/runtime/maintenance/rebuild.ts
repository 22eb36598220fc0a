// Makes the views of an environment anew from its journal, while no daemon has it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { DEFAULT_ENVIRONMENT, locateEnvironment } from "../environment/open.ts";
import { takeLock } from "../lock.ts";
import { readPid } from "../pid-file.ts";
import { DATABASE_FILE, openStore } from "../store/open.ts";
import { refuseAgents } from "./humans-only.ts";

export async function rebuildViews(
  environment: string,
  variables: Record<string, string | undefined>,
): Promise<{ events: number; sessions: number }> {
  refuseAgents(variables);
  const { state } = locateEnvironment({ environment, variables }).places;
  const file = join(state, DATABASE_FILE);
  if (!existsSync(file)) {
    throw new JameyError("not_found", `There is no journal yet: ${file} does not exist.`);
  }
  const lock = takeLock(join(state, "lock.db"));
  if (!lock) {
    const pid = readPid(state);
    const env = environment === DEFAULT_ENVIRONMENT ? "" : ` --env ${environment}`;
    const who = pid === undefined ? "" : ` (pid ${pid})`;
    const message = `The daemon of '${environment}' runs${who}. Stop it first: jamey daemon stop${env}`;
    throw new JameyError("conflict", message);
  }
  try {
    const problems: string[] = [];
    const onError = (thrown: unknown) => void problems.push(messageOf(thrown));
    const store = openStore({ folder: state, onError });
    try {
      store.views.rebuild();
      const [problem] = problems;
      if (problem !== undefined) throw new JameyError("storage_failed", problem);
      return { events: store.journal.head(), sessions: store.views.counts().sessions };
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}
