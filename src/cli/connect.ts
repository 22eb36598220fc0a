// From a command's arguments to its daemon: finds or starts it, keeps the link open while the command runs.
import { homedir } from "node:os";
import { addressOf, connectTo, findUrl, isReadable } from "../client/address.ts";
import type { Connection } from "../client/connection.ts";
import { type DaemonOptions, findOrStart } from "../client/daemon.ts";
import {
  type Link,
  type LinkNews,
  type LinkState,
  openLink,
  PATIENT_DELAYS_MS,
} from "../client/link.ts";
import { findEnvironment } from "../client/places.ts";
import { providerVariables } from "../client/variables.ts";
import { placesOf } from "../protocol/places.ts";
import type { Context } from "./context.ts";
import { debuggedLink, openDebugLog } from "./debug-log.ts";
import { usageError } from "./input/arguments.ts";

/** Of the daemon on this machine, for what only works here. */
export function daemonOptions(context: Context): DaemonOptions {
  if (urlFlag(context) !== undefined) {
    throw usageError("This works on the daemon of this machine: --url names one elsewhere.");
  }
  return localOptions(context);
}

export function urlFlag({ arguments: given }: Context): string | undefined {
  const [url, runtimeUrl] = [given.text("url"), given.text("runtime-url")];
  if (url !== undefined && runtimeUrl !== undefined) {
    throw usageError("--url and --runtime-url are the same: give one of them.");
  }
  return url ?? runtimeUrl;
}

export function localOptions(context: Context, client = "cli"): DaemonOptions {
  const { variables, directory, program } = context.host;
  const flag = context.arguments.text("env");
  return {
    ...findEnvironment({ flag, variables, directory }),
    variables,
    program,
    introduction: {
      client,
      workspace: directory,
      variables: providerVariables(variables),
      call_id: variables.JAMEY_CALL_ID || null,
    },
    start: "configured",
  };
}

/** Runs a command with a link to its daemon, and closes the link. */
export async function withLink(
  context: Context,
  work: (link: Link) => Promise<number>,
): Promise<number> {
  const { where, connect } = await chooseDaemon(context);
  const debug = openDebugLog(context.arguments, context.err);
  const plain = await openLink({
    connect,
    onState(state) {
      debug?.(`link ${state.type}`);
      void context.note(describe(state));
    },
  });
  debug?.(`connected to ${plain.hello.version} at event ${plain.hello.seq}`);
  const link = debug ? debuggedLink(plain, debug) : plain;
  if (context.arguments.has("verbose")) {
    const { version, environment } = link.hello;
    await context.note(`daemon ${version}, environment ${environment}, ${where}`);
  }
  try {
    return await work(link);
  } finally {
    link.close();
  }
}

/** For an interface that stays: it reconnects until it is closed, and says itself how that goes. */
export async function openPatientLink(
  context: Context,
  about: { onState(state: LinkNews): void; mayStart: boolean },
): Promise<Link> {
  const { connect } = await chooseDaemon(context, "tui");
  let isFirst = true;
  return await openLink({
    connect({ mayStart }) {
      const mayStartNow = mayStart && (about.mayStart || !isFirst);
      isFirst = false;
      return connect({ mayStart: mayStartNow });
    },
    onState: about.onState,
    onWait: (wait_ms) => about.onState({ type: "waiting", wait_ms }),
    delaysMs: PATIENT_DELAYS_MS,
  });
}

/** For an editor: its folder is the one that sessions begin in, and it stays while the daemon comes and goes. */
export async function openFolderLink(context: Context, folder: string): Promise<Link> {
  const { connect } = await chooseDaemon(context, "acp", folder);
  return await openLink({
    connect,
    onState: (state) => void context.note(describe(state)),
    delaysMs: PATIENT_DELAYS_MS,
  });
}

/** Where an interface keeps what is typed into it, and which folder holds its keys. */
export function interfacePlaces(context: Context): { folder: string; config: string } {
  const { variables } = context.host;
  const { state, config } = placesOf(variables, variables.HOME || homedir());
  const url = findUrl(urlFlag(context), variables);
  const id = url === undefined ? localOptions(context).places.id : new URL(url).host;
  return { folder: `${state}/interface/${id.replaceAll(":", "-")}`, config };
}

interface Chosen {
  where: string;
  connect(options: { mayStart: boolean }): Promise<Connection>;
}

/** The one that a URL names, which is never started; else that of this machine. */
async function chooseDaemon(
  context: Context,
  client?: string,
  workspace = context.host.directory,
): Promise<Chosen> {
  const found = localOptions(context, client);
  const options = { ...found, introduction: { ...found.introduction, workspace } };
  const url = findUrl(urlFlag(context), options.variables);
  if (url === undefined) {
    return {
      where: options.places.socket,
      connect: ({ mayStart }) =>
        findOrStart({ ...options, start: mayStart ? options.start : "never" }),
    };
  }
  if (isReadable(addressOf(url, options))) {
    await context.note(`${url} is without TLS: the key and what is said travel readable.`);
  }
  // Looked up each time: a daemon that was started anew has another token.
  const connect = () => connectTo(addressOf(url, options), options.introduction);
  return { where: url, connect };
}

function describe(state: LinkState): string {
  if (state.type === "lost") return "Connection to the daemon lost. Reconnecting...";
  if (state.type === "restored") return "Connection restored.";
  return "Reconnecting failed.";
}
