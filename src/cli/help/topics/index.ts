// The table of topics: what `jamey help TOPIC` explains beyond the commands. A topic is loaded when it is read.
import type { Host } from "../../context.ts";
import { entryLines, heading, paragraph, type Style } from "../layout.ts";
import type { Section } from "./section.ts";

/** What a topic may look up: without a daemon. */
export type TopicHost = Pick<Host, "upkeep">;

export interface Topic {
  summary: string;
  /** Other names that lead here. */
  aliases?: readonly string[];
  load(host: TopicHost): Promise<readonly Section[]>;
}

export const topics: Readonly<Record<string, Topic>> = {
  "exit-codes": {
    summary: "What each exit code means, and whether to try again",
    load: async () => (await import("./exit-codes.ts")).exitCodes,
  },
  stdin: {
    summary: "When stdin is read, and what becomes of it",
    aliases: ["pipes"],
    load: async () => (await import("./stdin.ts")).stdin,
  },
  permissions: {
    summary: "What an agent may do, and who is asked",
    load: async () => (await import("./permissions.ts")).permissions,
  },
  environment: {
    summary: "The environment variables that count",
    aliases: ["variables"],
    load: async (host) => (await import("./environment.ts")).environment(await host.upkeep()),
  },
  files: {
    summary: "Where everything lies",
    aliases: ["places"],
    load: async () => (await import("./files.ts")).files,
  },
  bindings: {
    summary: "The keys of the full-screen interface, bound as you like",
    load: async () => (await import("./bindings.ts")).bindings,
  },
  formats: {
    summary: "Output for programs: json and stream-json",
    aliases: ["json", "stream-json"],
    load: async () => (await import("./formats.ts")).formats,
  },
  http: {
    summary: "The same over HTTP",
    aliases: ["api"],
    load: async () => (await import("./http.ts")).http,
  },
  websocket: {
    summary: "The same over a WebSocket: its frames, with an example",
    aliases: ["ws"],
    load: async () => (await import("./websocket.ts")).websocket,
  },
  models: {
    summary: "Who answers, and where its key comes from",
    aliases: ["keys"],
    load: async () => (await import("./models.ts")).models,
  },
  wake: {
    summary: "What wakes an object by itself: times, files, webhooks, the start",
    aliases: ["schedule", "on_start"],
    load: async () => (await import("./wake.ts")).wake,
  },
  tests: {
    summary: "How the tests of an environment are written",
    load: async () => (await import("./tests.ts")).tests,
  },
  scripts: {
    summary: "How a script is written that plays a model, for tests and demonstrations",
    aliases: ["scripted"],
    load: async () => (await import("./scripts.ts")).scripts,
  },
  modes: {
    summary: "An object's file field by field, and how groups work together",
    aliases: ["groups", "objects"],
    load: async () => (await import("./modes.ts")).modes,
  },
  workflows: {
    summary: "How graphs of objects are written, and their conditions",
    aliases: ["cel"],
    load: async () => (await import("./workflows.ts")).workflows,
  },
  plugins: {
    summary: "How tools of your own are written, in any language",
    load: async () => (await import("./plugins.ts")).plugins,
  },
  options: {
    summary: "The options that every command takes",
    load: async () => (await import("./options.ts")).options,
  },
};

export function findTopic(name: string): Topic | undefined {
  if (Object.hasOwn(topics, name)) return topics[name];
  return Object.values(topics).find((topic) => topic.aliases?.includes(name));
}

export async function drawTopic(topic: Topic, host: TopicHost, style: Style): Promise<string> {
  const sections = await topic.load(host);
  return sections.map((section) => drawSection(section, style)).join("\n");
}

function drawSection({ title, text = [], entries = [] }: Section, style: Style): string {
  const paragraphs = text.map((one) => paragraph(one, style)).join("\n");
  const gap = text.length > 0 && entries.length > 0 ? "\n" : "";
  const list = entries.length > 0 ? entryLines(entries, style) : "";
  return `${heading(title, style)}${paragraphs}${gap}${list}`;
}
