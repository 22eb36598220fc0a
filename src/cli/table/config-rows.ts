// The rows of `jamey config` and `jamey doctor`: settings and health, with or without a daemon.
import type { Flags } from "../input/arguments.ts";
import type { Row, Rows } from "./table.ts";

const manifest = {
  manifest: { type: "boolean", description: "In the environment's manifest.yml instead" },
} as const satisfies Flags;

export const configRows: Rows = {
  show: {
    description: "Every setting, its value and where that comes from",
    load: async () => (await import("../commands/config.ts")).show,
  },
  explain: {
    description: "One setting: what it means, its value, and everything that says one",
    words: [{ name: "setting" }],
    load: async () => (await import("../commands/config.ts")).explain,
  },
  set: {
    description:
      "Change a setting in daemon.yml, for all environments; checked before it is written",
    words: [{ name: "setting" }, { name: "value" }],
    flags: manifest,
    load: async () => (await import("../commands/config.ts")).set,
  },
  unset: {
    description: "Take a setting out of daemon.yml, so that the next layer or the default counts",
    words: [{ name: "setting" }],
    flags: manifest,
    load: async () => (await import("../commands/config.ts")).unset,
  },
  path: {
    description: "Where settings, keys, state and logs lie",
    load: async () => (await import("../commands/config.ts")).path,
  },
};

export const doctorRow: Row = {
  description: "What is well, what is not, and what to do; exit code 1 when something is broken",
  flags: {
    rebuild: {
      type: "boolean",
      description: "Make the views anew from the journal; the daemon must be stopped",
    },
  },
  load: async () => (await import("../commands/doctor.ts")).doctor,
};
