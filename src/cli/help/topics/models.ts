// Who answers, and how a model is connected.
import type { Section } from "./section.ts";

export const models: readonly Section[] = [
  {
    title: "Connecting one",
    text: [
      "jamey init finds the keys that are there, asks for what is missing, and tries it. By hand: export OPENAI_API_KEY, or write NAME=value lines into the credentials file (jamey help files). A running Ollama needs nothing.",
    ],
  },
  {
    title: "Names",
    text: ["vendor/model. jamey models lists the vendors with a model of each."],
    entries: [
      ["openai/gpt-5", "a vendor with a key"],
      ["ollama/qwen3", "a model on this machine"],
      ["azure/<deployment>", "with AZURE_OPENAI_ENDPOINT"],
      ["compatible/<model>", "any OpenAI-compatible server at COMPATIBLE_BASE_URL"],
      ["offline/guide", "no model: deterministic, says what it received, drives tools by hand"],
      ["scripted/FILE", "plays a YAML file of answers: for testing agents"],
    ],
  },
  {
    title: "Which answers",
    text: [
      "--model, JAMEY_MODEL, the object's own, the environment's, the one of daemon.yml; else the first vendor that has a key, else a running Ollama, else offline/guide. jamey models says which, and why.",
    ],
  },
];
