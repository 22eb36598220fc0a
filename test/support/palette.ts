// A palette's context with a little of everything in it.
import { keymapOf } from "../../src/tui/keys.ts";
import type { PaletteContext } from "../../src/tui/palette/shapes.ts";

export const knowing = (changes: Partial<PaletteContext> = {}): PaletteContext => ({
  keymap: keymapOf(),
  session_id: "01SESSION",
  caller: null,
  cameFrom: null,
  pinned: [],
  po_name: "assistant",
  isMouseOn: false,
  now: 0,
  permissions: "ask",
  settings: { model: null, rules: [] },
  objects: [
    { name: "assistant", description: "helps" },
    { name: "reviewer", description: "reviews changes" },
  ],
  sessions: [
    {
      session_id: "01NEWER",
      name: "deploy",
      title: "how to deploy",
      po_name: "assistant",
      updated_at: "1970-01-01T00:00:00.000Z",
    },
    {
      session_id: "01OLDER",
      name: null,
      title: "what is new",
      po_name: "reviewer",
      updated_at: "1970-01-01T00:00:00.000Z",
    },
  ],
  workflows: [{ name: "release", description: "makes a release" }],
  models: ["openai/gpt-5"],
  vendors: [
    { vendor: "openai", api: "openai-responses", example: "openai/gpt-5.1", is_ready: false },
    { vendor: "ollama", api: "ollama", example: "ollama/llama", is_ready: true },
    { vendor: "vllm", api: "openai-chat", example: "vllm/<model>", is_ready: true },
    { vendor: "scripted", api: "scripted", example: "scripted/answers.yml", is_ready: true },
  ],
  tools: ["shell", "file_read"],
  ...changes,
});
