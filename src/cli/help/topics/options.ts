// The options that stand on no command's own page, from the table of flags.
import { globalFlags } from "../../table/flags.ts";
import { flagLabel } from "../usage.ts";
import type { Section } from "./section.ts";

export const options: readonly Section[] = [
  {
    title: "Options of every command",
    text: ["They may stand before the command or after it. Everything after -- is words."],
    entries: Object.entries(globalFlags).map(([name, flag]) => [
      flagLabel(name, flag),
      flag.description,
    ]),
  },
];
