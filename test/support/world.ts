// A whole daemon in memory: real core, real journal, real door; a model that the test plays, object files
// that are a map, and a crash that leaves only what was committed.
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tool } from "../../src/core/tool.ts";
import type { CommandName, Params, Reply } from "../../src/protocol/commands/index.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import type { StoredEventName, StoredRow } from "../../src/protocol/events/index.ts";
import type { Attach } from "../../src/protocol/frames.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/version.ts";
import { createAccess } from "../../src/runtime/access.ts";
import type { Caller } from "../../src/runtime/caller.ts";
import { type Config, configSchema } from "../../src/runtime/config.ts";
import { serverKinds } from "../../src/runtime/connectors/spawned/index.ts";
import { createCredentials } from "../../src/runtime/credentials.ts";
import type { GitHistory } from "../../src/runtime/environment/git-history.ts";
import type { Answer } from "../../src/runtime/handle.ts";
import { createKeyring } from "../../src/runtime/keyring.ts";
import { createKeys } from "../../src/runtime/keys.ts";
import { createLog } from "../../src/runtime/log.ts";
import type { Models } from "../../src/runtime/models.ts";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { createSessionFiles } from "../../src/runtime/session-files.ts";
import type { Append } from "../../src/runtime/store/journal.ts";
import { openStore, type Store } from "../../src/runtime/store/open.ts";
import { createWorld } from "../../src/runtime/world.ts";
import { createToolbox } from "../../src/tools/index.ts";
import { createObjectMap, type ObjectMapOptions } from "./object-map.ts";
import { createSeveredStore } from "./severed-store.ts";
import { createTestClient, type TestClient } from "./test-client.ts";
import { createTestModel, type Script, type TestModel } from "./test-model.ts";

export const helper = objectText({ name: "helper" });

/** What official clients would find in the token file. */
export const localToken = "local-token-of-the-tests";

export interface TestWorldOptions {
  /** File name → text; default is one object, `helper`, that may use all tools. */
  objects?: Record<string, string>;
  objectFolder?: ObjectMapOptions;
  /** Name → text of the workflows. */
  workflows?: Record<string, string>;
  script?: Script;
  /** Settings as a manifest gives them. */
  config?: Record<string, unknown>;
  tools?: Tool[];
  /** A folder of plugins. */
  plugins?: string;
  /** The same, but copied first. */
  pluginSamples?: string;
  models?: Partial<Models>;
  /** Variables of the daemon's own process. */
  variables?: Record<string, string>;
  /** False: its objects came from elsewhere. */
  isTrusted?: boolean;
  /** Beneath info nothing is kept otherwise. */
  log_level?: "debug" | "info";
  /** The time, where it passes only as the test says. */
  now?: () => string;
  prunes?: { housekeepingEvents: number; pruneEvents: number };
  gitHistory?: GitHistory;
}

export interface TestWorld extends AsyncDisposable {
  folder: string;
  model: TestModel;
  /** The object files: change them as an editor would. */
  objects: Map<string, string>;
  /** Lines of the log. */
  log: string[];
  store: Store;
  runtime(): Runtime;
  /** Shutdowns asked for. */
  shutdowns: string[];
  /** One command of a caller without a connection, unless one is given. */
  call(command: string, params?: unknown, caller?: Caller): Promise<Answer>;
  /** The same; an error is thrown as the JameyError it was. */
  ask<Name extends CommandName>(
    command: Name,
    params: Params<Name>,
    caller?: Caller,
  ): Promise<Reply<Name>>;
  connect(attach?: Partial<Attach>, options?: { isLocal?: boolean }): TestClient;
  /** A caller as plain HTTP brings one. */
  passing(signal?: AbortSignal): Caller;
  /** The first committed event of this type that fits, now or later. */
  happened(type: StoredEventName, fits?: (row: StoredRow) => boolean): Promise<StoredRow>;
  rows(filter?: { session_id?: string; types?: StoredEventName[] }): StoredRow[];
  /** Refuses appends, as a disk does; undefined mends it. */
  refuse(decide: ((append: Append) => Error | undefined) | undefined): void;
  /** Reading events fails with this, as it does where a row is damaged. */
  damage(error: Error | undefined): void;
  /** The process is gone: nothing is recorded, nothing ends in order. */
  crash(): void;
  /** The next daemon over the same store. */
  start(): Promise<void>;
  /** `crash` and `start`. */
  restart(): Promise<void>;
}

export async function openTestWorld(options: TestWorldOptions = {}): Promise<TestWorld> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "jamey-world-")));
  const log: string[] = [];
  const shutdowns: string[] = [];
  const clients: TestClient[] = [];
  const objects = new Map(Object.entries(options.objects ?? { "helper.md": helper }));
  const store = openStore({
    folder: null,
    onError: (thrown) => void log.push(String(thrown)),
    limits: options.prunes ?? {},
  });
  const model = createTestModel(options.script);
  const parts = partsOf({ options, folder, objects, log, model });
  const begin = () => {
    const severed = createSeveredStore(store);
    const shutDown = (reason: string) => void shutdowns.push(reason);
    return { severed, runtime: createRuntime({ ...parts, store: severed.store, shutDown }) };
  };
  let now = begin();
  await now.runtime.start();

  const world: TestWorld = {
    folder,
    model,
    objects,
    log,
    store,
    shutdowns,
    runtime: () => now.runtime,
    call: (type, payload = {}, caller = world.passing()) =>
      now.runtime.handle({ type, payload }, caller),
    async ask(command, params, caller) {
      const answer = await world.call(command, params, caller);
      // The table of commands says which reply each has; a handler of another does not compile.
      if (answer.ok) return answer.payload as Reply<typeof command>;
      throw new JameyError(answer.payload.code, answer.payload.message, answer.payload);
    },
    connect(attach = {}, { isLocal = true } = {}) {
      const client = createTestClient((ring) =>
        now.runtime.connections.open(attachOf(attach), {
          identity: { ...now.runtime.access.socket, isOnSocket: isLocal },
          ring: { events: ring, signals: ring },
        }),
      );
      clients.push(client);
      return client;
    },
    passing: (signal = new AbortController().signal) =>
      now.runtime.connections.passing({ signal, identity: now.runtime.access.socket }),
    happened: (type, fits = () => true) => happened(store, (row) => row.type === type && fits(row)),
    rows: (filter) => rowsOf(store, filter),
    refuse: (decide) => now.severed.refuse(decide),
    damage: (error) => now.severed.damage(error),
    crash: () => now.severed.sever(),
    async start() {
      // What the dead one had handed to the disk is there before the next one reads.
      await new Promise(setImmediate);
      now = begin();
      await now.runtime.start();
    },
    async restart() {
      world.crash();
      await world.start();
    },
    async [Symbol.asyncDispose]() {
      now.severed.refuse(undefined);
      for (const client of clients) client.close();
      await now.runtime.stop();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

function partsOf(given: {
  options: TestWorldOptions;
  folder: string;
  objects: Map<string, string>;
  log: string[];
  model: TestModel;
}) {
  const { options, folder, objects, log, model } = given;
  const config: Config = configSchema.parse(options.config ?? {});
  const real = createWorld({ http: { allow_private: true, ownPorts: () => [] } });
  const world = { ...real, ...(options.now ? { now: options.now } : {}) };
  const logger = createLog({
    level: options.log_level ?? "info",
    now: world.now,
    write: (line) => void log.push(line),
  });
  const models: Models = {
    open: async (name) => ({ model: model.port, model_name: name }),
    choose: async () => ({ name: "test/one", from: "the test" }),
    list: async () => [],
    costOf: () => 0.5,
    contextTokens: () => null,
    mayTakeImages: () => true,
    ...options.models,
  };
  const credentials = createCredentials(join(folder, "credentials"));
  const keys = createKeys({ file: join(folder, "keys.yml"), log: logger, now: world.now });
  return {
    environment: "test",
    workspace: folder,
    socket: join(folder, "test.sock"),
    config,
    log: logger,
    world,
    models,
    url: () => null,
    keys,
    access: createAccess({ keys, local: localToken, variable: undefined }),
    keyring: createKeyring({
      environment: options.variables ?? {},
      credentials,
    }),
    tools: createToolbox(options.tools ?? []),
    plugins: {
      folder: options.plugins ?? toolFolder(folder, options.pluginSamples),
      servers: { settings: config.mcp, file: "manifest.yml" },
      http: world.http,
      variable: (name: string) => options.variables?.[name],
      secrets: { read: (name: string) => credentials.read()[name], keep: credentials.keep },
    },
    sessionFiles: createSessionFiles({
      attachments: join(folder, "attachments"),
      outputs: join(folder, "outputs"),
      hash: world.hash,
      log: logger,
    }),
    objectFiles: createObjectMap(objects, options.objectFolder ?? {}),
    workflowFiles: {
      list: () =>
        Object.keys(options.workflows ?? {}).map((name) => ({ name, file: `${name}.yml` })),
      read: (file: string) => options.workflows?.[file.replace(/\.yml$/, "")] ?? "",
    },
    gitHistory: options.gitHistory,
    isTrusted: options.isTrusted ?? true,
    serverKinds,
    childVariables: () => ({}),
  };
}

function toolFolder(folder: string, samples: string | undefined): string {
  const tools = join(folder, "tools");
  if (samples !== undefined) cpSync(samples, tools, { recursive: true });
  return tools;
}

const attachOf = (fields: Partial<Attach>): Attach => ({
  type: "attach",
  client: "cli",
  version: "test",
  protocol_version: PROTOCOL_VERSION,
  workspace: null,
  variables: {},
  call_id: null,
  ...fields,
});

/** The text of an object file. */
export function objectText(fields: { name: string; front?: string; body?: string }): string {
  const front = fields.front ?? "capabilities: [look, put, ask_human]";
  return `---\nname: ${fields.name}\n${front}\n---\n${fields.body ?? "You help."}\n`;
}

function rowsOf(
  { journal }: Store,
  filter: { session_id?: string; types?: StoredEventName[] } = {},
): StoredRow[] {
  const { session_id = null, types = null } = filter;
  const found: StoredRow[] = [];
  for (let cursor = 0; cursor < journal.head(); ) {
    const page = journal.read(cursor, { types, session_id }, { rows: 1_000, bytes: 1e8 });
    found.push(...page.rows);
    cursor = page.cursor;
  }
  return found;
}

function happened(store: Store, fits: (row: StoredRow) => boolean): Promise<StoredRow> {
  const { promise, resolve } = Promise.withResolvers<StoredRow>();
  const look = () => {
    const found = rowsOf(store).find(fits);
    if (found) resolve(found);
  };
  const stop = store.journal.follow(look);
  look();
  return promise.finally(stop);
}
