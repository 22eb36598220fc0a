// From a command's arguments to its daemon: finds or starts it, keeps the link open while the command runs.
import { type DaemonOptions, findOrStart } from "../client/daemon.ts";
import { type Link, type LinkState, openLink } from "../client/link.ts";
import { findEnvironment } from "../client/places.ts";
import { providerVariables } from "../client/variables.ts";
import type { Context } from "./context.ts";

export function daemonOptions(context: Context): DaemonOptions {
  const { variables, directory, program } = context.host;
  const flag = context.arguments.text("env");
  return {
    ...findEnvironment({ flag, variables, directory }),
    variables,
    program,
    introduction: {
      client: "cli",
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
  const options = daemonOptions(context);
  const link = await openLink({
    connect: ({ mayStart }) =>
      findOrStart({ ...options, start: mayStart ? options.start : "never" }),
    onState: (state) => void context.note(describe(state)),
  });
  if (context.arguments.has("verbose")) {
    const { version, environment } = link.hello;
    await context.note(`daemon ${version}, environment ${environment}, ${options.places.socket}`);
  }
  try {
    return await work(link);
  } finally {
    link.close();
  }
}

function describe(state: LinkState): string {
  if (state.type === "lost") return "Connection to the daemon lost. Reconnecting...";
  if (state.type === "restored") return "Connection restored.";
  return "Reconnecting failed.";
}
