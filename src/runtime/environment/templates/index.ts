// The table of templates: what `jamey env create --template` may be given.
import { defaultAssistant, newManifest } from "../defaults.ts";
import { dashboard } from "./dashboard.ts";
import { developer } from "./developer.ts";
import { researcher } from "./researcher.ts";
import { reviewTeam } from "./review-team.ts";
import { objectFile, type Template } from "./template.ts";
import { watcher } from "./watcher.ts";
import { writer } from "./writer.ts";

const minimal: Template = {
  description: "One object that only talks: to begin from",
  manifest: newManifest,
  objects: {
    assistant: objectFile({
      name: "assistant",
      description: "Answers, and asks when a decision is yours",
      capabilities: ["ask_human"],
      body: `
You answer questions, as briefly as they allow. Say plainly when you do not know.
When a decision is not yours to make, ask.
`,
    }),
  },
};

const assistant: Template = {
  description: "A helper that reads, writes and runs commands with your permission",
  manifest: newManifest,
  objects: { assistant: defaultAssistant },
};

export const templates = {
  minimal,
  assistant,
  developer,
  writer,
  "review-team": reviewTeam,
  dashboard,
  researcher,
  watcher,
} satisfies Record<string, Template>;
