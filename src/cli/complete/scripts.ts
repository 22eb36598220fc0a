// The completion of each shell: a few lines that hand the words typed so far to `jamey __complete` and
// show what it answers. The knowledge is in the table of commands, so none of them is ever out of date.
import bash from "./scripts/jamey.bash" with { type: "text" };
import fish from "./scripts/jamey.fish" with { type: "text" };
import powershell from "./scripts/jamey.ps1" with { type: "text" };
import zsh from "./scripts/jamey.zsh" with { type: "text" };
import type { SHELLS } from "./shells.ts";

export const scripts = { bash, zsh, fish, powershell } satisfies Record<
  (typeof SHELLS)[number],
  string
>;
