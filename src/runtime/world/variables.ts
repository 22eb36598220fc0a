// The environment of child processes: an allow-list, so that no key and no switch of a runtime or
// loader (BUN_*, NODE_*, LD_*, GIT_*, BASH_ENV …) ever reaches what a model starts.
import { CALL_MARK, JOURNAL_MARK } from "./leftovers.ts";

const inherited = ["PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "USER", "LOGNAME", "SHELL", "TZ"];

const FALLBACK_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** The whole environment of a call's processes, marked so that none is lost. */
export function childVariables(
  parent: Record<string, string | undefined>,
  marks: { journal_id: string; call_id: string },
): Record<string, string> {
  const names = [...inherited, ...Object.keys(parent).filter((name) => /^LC_[A-Z]+$/.test(name))];
  const variables: Record<string, string> = { PATH: FALLBACK_PATH };
  for (const name of names) {
    const value = parent[name];
    if (value !== undefined) variables[name] = value;
  }
  variables.TERM = "dumb";
  variables[JOURNAL_MARK] = marks.journal_id;
  variables[CALL_MARK] = marks.call_id;
  return variables;
}
