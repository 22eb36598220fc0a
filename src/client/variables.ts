// Which of the caller's environment variables cross over to the daemon, and which never do.
import { PROVIDER_VARIABLES } from "../protocol/variables.ts";

export type Variables = Record<string, string | undefined>;

/** How many requests to providers the daemon may have open: Bun reads it once, at its start. */
const MAX_HTTP_REQUESTS = 4096;

/** The variables that a client hands to its own daemon when it attaches. */
export function providerVariables(variables: Variables): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of PROVIDER_VARIABLES) {
    const value = variables[name];
    if (value) found[name] = value;
  }
  return found;
}

/** What is the caller's own: its model, and the marks of the tool call that it may be part of. */
const CALLERS_OWN = ["JAMEY_MODEL", "JAMEY_CALL_ID", "JAMEY_JOURNAL_ID"];

/**
 * The environment of a daemon that a client starts. Left out is what would change the runtime under
 * it (loaders, preloads) and what counts for the caller alone.
 */
export function daemonVariables(variables: Variables): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || CALLERS_OWN.includes(name)) continue;
    if (/^(BUN_|NODE_|LD_|DYLD_)/.test(name)) continue;
    kept[name] = value;
  }
  kept.BUN_CONFIG_MAX_HTTP_REQUESTS = String(MAX_HTTP_REQUESTS);
  return kept;
}
