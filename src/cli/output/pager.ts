// Long output in a pager: only in a terminal, only what is complete, never an answer that streams.
// Rule: a pager that cannot run costs nothing but itself: the text is then written plainly.
import type { Context } from "../context.ts";

const DEFAULT_PAGER = "less -FIRX";
/** What a shell says of a command that it cannot find, or cannot run. */
const NOT_RUN = [126, 127];

export async function withPager(context: Context, text: string): Promise<void> {
  const command = pagerOf(context);
  if (command === undefined || text === "") return await context.out.write(text);
  if (!(await page(command, text, context))) await context.out.write(text);
}

/** $JAMEY_PAGER, $PAGER, less. Set but empty, or `cat`, means none. */
function pagerOf({ out, arguments: given, host, isJson }: Context): string | undefined {
  if (!out.isTerminal || isJson || given.has("no-pager") || host.variables.TERM === "dumb") {
    return undefined;
  }
  const { JAMEY_PAGER, PAGER } = host.variables;
  const command = (JAMEY_PAGER ?? PAGER ?? DEFAULT_PAGER).trim();
  return command === "" || command === "cat" ? undefined : command;
}

/** False where the pager did not run. */
async function page(command: string, text: string, { host }: Context): Promise<boolean> {
  // Ctrl-C belongs to the pager while it runs.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = Bun.spawn(["sh", "-c", command], {
      stdin: new Blob([text]),
      stdout: "inherit",
      stderr: "ignore",
      env: { LESS: "FIRX", ...host.variables },
    });
    return !NOT_RUN.includes(await child.exited);
  } catch {
    // No shell here.
    return false;
  } finally {
    process.removeListener("SIGINT", ignore);
  }
}
