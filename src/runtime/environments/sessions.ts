// Conversations that travel with an environment: documents as `jamey sessions export` writes them, never a
// database. Each is checked as every imported session is, and begins anew: nothing in it runs, waits or allows.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sessionMachine } from "../../core/session/machine.ts";
import { initialSessionState } from "../../core/session/state.ts";
import { commands } from "../../protocol/commands/index.ts";
import { parseJson } from "../../protocol/decode.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import { type Caller, callerName } from "../caller.ts";
import { boundedRead } from "../environment/bounded-read.ts";
import { createCatalog } from "../environment/catalog.ts";
import { objectFilesIn } from "../environment/object-files.ts";
import { type FoundEnvironment, trashIn } from "../environment/open.ts";
import type { BeginSession } from "../handlers/begin-session.ts";
import { createExportSession } from "../handlers/export-session.ts";
import { createImportSession } from "../handlers/import-session.ts";
import { sessionNotFound } from "../handlers/new-session.ts";
import { createLog } from "../log.ts";
import { createSessionFiles } from "../session-files.ts";
import { sessionStream } from "../store/journal.ts";
import { DATABASE_FILE, openStore, type Store } from "../store/open.ts";
import { createIds } from "../world/ids.ts";
import type { Source } from "./tar-write.ts";

const PAGE = 200;
/** Conversations that travel at once. */
const MAX_SESSIONS = 5_000;

/** The conversations that people began; what objects said to each other on the way stays. */
export async function exportSessions({ places }: FoundEnvironment): Promise<Source[]> {
  if (!existsSync(join(places.state, DATABASE_FILE))) return [];
  return await withStore(places.state, async (store) => {
    const { services } = servicesFor(places.folder, places.state);
    const write = createExportSession({ views: store.views, services });
    const sources: Source[] = [];
    for (const session_id of sessionIds(store)) {
      if (sources.length === MAX_SESSIONS) {
        const message = `There are more than ${MAX_SESSIONS} sessions: archive the environment instead.`;
        throw new JameyError("too_large", message);
      }
      const { text } = await write({ session_id, format: "json" }, nobody(places.folder));
      // By number: an id may be anything that a client once chose.
      const number = String(sources.length + 1).padStart(4, "0");
      sources.push({ name: `sessions/${number}.json`, from: { text } });
    }
    return sources;
  });
}

function* sessionIds({ views }: Store): Generator<string> {
  const every = { po_name: null, source: null, workspace: null, parent: null, match: null };
  let cursor: string | null = null;
  do {
    const page = views.listSessions({ ...every, updated_before: null, cursor, limit: PAGE });
    for (const { session_id } of page.sessions) yield session_id;
    cursor = page.next_cursor;
  } while (cursor !== null);
}

/** How many were taken: one whose object is not there is nobody's to go on with. */
export async function importSessions(options: {
  folder: string;
  /** Where the folder will lie: there its sessions work. */
  place: string;
  /** Where the documents lie; it goes. */
  documents: string;
}): Promise<number> {
  const { folder, place, documents } = options;
  const state = join(folder, ".state");
  const from = join(documents, "sessions");
  const names = existsSync(from) ? readdirSync(from).toSorted() : [];
  if (names.length > MAX_SESSIONS) throw refused(`more than ${MAX_SESSIONS} sessions`);
  let taken = 0;
  if (names.length > 0) {
    await withStore(state, async (store) => {
      const { services, catalog } = servicesFor(folder, state);
      const take = createImportSession({ services: { ...services, catalog } }, beginIn(store));
      for (const name of names) {
        const { document } = documentOf(join(from, name), name);
        if (!catalog.refresh(document.session.po_name)) continue;
        await take({ document, po_name: null, name: null }, nobody(place));
        taken += 1;
      }
    });
  }
  rmSync(documents, { recursive: true, force: true });
  return taken;
}

function documentOf(file: string, name: string) {
  const { params } = commands.ImportSession;
  try {
    const document = parseJson(boundedRead(file, MAX_FRAME_BYTES));
    return params.parse({ document });
  } catch (thrown) {
    throw refused(`sessions/${name} is no exported session: ${messageOf(thrown).slice(0, 500)}`);
  }
}

/** As an actor would begin it, while nobody else has the journal. */
const beginIn =
  ({ journal, views }: Store): BeginSession =>
  async ({ caller, make }) => {
    const session_id = crypto.randomUUID();
    const at = new Date().toISOString();
    const made = await make(session_id);
    const events = sessionMachine.decide(initialSessionState, { type: "create", at, ...made });
    const stream = sessionStream(session_id);
    const by = { caller: callerName(caller), causation_id: null };
    await journal.append({ stream, expected_version: 0, events, at, ...by });
    const session = views.getSession(session_id);
    if (!session) throw sessionNotFound(session_id);
    return { session };
  };

async function withStore<Out>(folder: string, work: (store: Store) => Promise<Out>): Promise<Out> {
  const problems: string[] = [];
  const store = openStore({ folder, onError: (thrown) => void problems.push(messageOf(thrown)) });
  try {
    const done = await work(store);
    const [problem] = problems;
    if (problem !== undefined) throw new JameyError("storage_failed", problem);
    return done;
  } finally {
    await store.close();
  }
}

/** What reading and writing documents needs of a daemon. Nobody follows its log. */
function servicesFor(folder: string, state: string) {
  const world = {
    now: () => new Date().toISOString(),
    newId: createIds(() => Date.now()),
    hash: (content: string | Uint8Array) =>
      new Bun.CryptoHasher("sha256").update(content).digest("hex"),
  };
  const log = createLog({ level: "error", now: world.now, write: () => undefined });
  const sessionFiles = createSessionFiles({
    attachments: join(state, "attachments"),
    outputs: join(state, "outputs"),
    hash: world.hash,
    log,
  });
  const catalog = createCatalog({
    files: objectFilesIn({ folder: join(folder, "objects"), trash: trashIn(state) }),
    hash: world.hash,
    log,
    changed: () => undefined,
  });
  return { services: { world, log, sessionFiles }, catalog };
}

/** Who stands behind a file: no connection, no variables, no folder but the environment's own. */
const nobody = (workspace: string): Caller => ({
  connector_id: "import",
  source: "cli",
  client: "cli",
  scopes: [],
  isHuman: true,
  isOnSocket: true,
  workspace,
  variables: {},
  current: new Map(),
  signal: new AbortController().signal,
  subscriptions: undefined,
});

const refused = (what: string): JameyError =>
  new JameyError("bad_data", `The file was not imported: ${what}.`);
