// Where jamey keeps what it keeps.
import type { Section } from "./section.ts";

export const files: readonly Section[] = [
  {
    title: "Settings: ~/.config/jamey",
    entries: [
      ["daemon.yml", "settings for all environments"],
      ["credentials", "keys of models, NAME=value lines, mode 0600"],
      ["keys.yml", "keys that programs elsewhere come in with, hashed"],
      [
        "bindings.yml",
        "what the keys of the full-screen interface mean, where you want it otherwise",
      ],
    ],
  },
  {
    title: "An environment: ~/.local/share/jamey/environments/<name>",
    entries: [
      ["manifest.yml", "its settings: model, limits, permissions"],
      ["objects/*.md", "its prompt objects; an edit counts from the next message"],
      [".state/", "journal, log, outputs; only the daemon writes there"],
    ],
  },
  {
    title: "While a daemon runs: ~/.local/state/jamey/run",
    entries: [
      ["<id>.sock", "its socket, for this user alone"],
      ["<id>.token", "the key that this user's own programs come in with over TCP"],
    ],
  },
  {
    title: "Elsewhere",
    text: [
      "XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_STATE_HOME move each of the three, JAMEY_HOME all together. --env takes a path as well: the environment is then that folder. Nothing in the working directory is read as settings, objects or keys unless you name it.",
    ],
  },
];
