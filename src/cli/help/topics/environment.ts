// The environment variables that jamey reads, by what they are for.

import type { Upkeep } from "../../../protocol/upkeep.ts";
import { PROVIDER_VARIABLES } from "../../../protocol/variables.ts";
import type { Section } from "./section.ts";

const isKey = (name: string): boolean => name.endsWith("_API_KEY");

export async function environment(upkeep: Upkeep): Promise<readonly Section[]> {
  const { settings } = await upkeep.settings("default");
  const [own, ...others] = sections;
  const ofSettings: Section = {
    title: "Settings of the daemon, when it starts",
    entries: settings.map(({ variable, meaning }) => [variable, meaning]),
  };
  return [...(own ? [own] : []), ofSettings, ...others];
}

const sections: readonly Section[] = [
  {
    title: "jamey's own",
    entries: [
      ["JAMEY_ENV", "the environment, as --env: a name or a path"],
      ["JAMEY_MODEL", "the model where no --model is given"],
      ["JAMEY_URL", "a daemon elsewhere, as --url"],
      ["JAMEY_HOOK_SECRET", "in a daemon's environment: what signed webhooks are signed with"],
      ["JAMEY_TOKEN", "the key for it; in a daemon's environment, a key it accepts"],
      ["JAMEY_HOME", "one folder for everything that jamey keeps"],
      ["JAMEY_STDIN", "auto, wait or skip: whether stdin is read (jamey help stdin)"],
      ["JAMEY_NO_COLOR", "no colours, in jamey alone"],
      ["JAMEY_PAGER", "what shows long output on a terminal, before PAGER"],
      ["JAMEY_CALL_ID, JAMEY_JOURNAL_ID", "set for what agents start: it never speaks for a human"],
    ],
  },
  {
    title: "Keys of models",
    text: [PROVIDER_VARIABLES.filter(isKey).join(" ")],
  },
  {
    title: "Addresses of models",
    text: [
      PROVIDER_VARIABLES.filter((name) => !isKey(name) && !name.startsWith("JAMEY_")).join(" "),
    ],
  },
  {
    title: "Of every program",
    entries: [
      ["NO_COLOR, TERM=dumb", "no colours"],
      ["FORCE_COLOR, CLICOLOR_FORCE", "colours, also into a pipe"],
      ["COLUMNS", "how wide pages of help are"],
      ["PAGER", "what shows long output on a terminal"],
      ["XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME", "where files lie (jamey help files)"],
    ],
  },
  {
    title: "Which counts",
    text: [
      "A flag counts before a variable, a variable before manifest.yml, that before daemon.yml. Keys come from the caller's variables, then from those of the shell that started the daemon, then from the credentials file. A file .env in the working directory is never read.",
    ],
  },
];
