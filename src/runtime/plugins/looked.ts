// A plugin as it lies there now, beside what was approved of it: said to humans, with what differs.
// Rule: of a server first what runs is approved, then the tools that it was seen to offer: both together are
//       what its hash is about, so that a server which says something else later asks again.
import type { Attempt } from "../../core/world.ts";
import type { Json, ToolSpec } from "../../protocol/messages.ts";
import type { Plugin, PluginApproval } from "../../protocol/plugins.ts";
import { differenceOf } from "../difference.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { PluginFile } from "./plugin-files.ts";

export interface Looked extends Fingerprint {
  before: PluginApproval | undefined;
  /** Of what runs alone. */
  program: string;
  /** Of a server; null where nobody has seen them yet, or it is none. */
  tools: ToolSpec[] | null;
  /** A human lets what runs be started, if not everything that it offers be called. */
  mayStart: boolean;
}

/** A plugin that is one tool. */
export function lookedAt(program: Fingerprint, before: PluginApproval | undefined): Looked {
  const mayStart = before?.hash === program.hash;
  return { ...program, before, program: program.hash, tools: null, mayStart };
}

/** A server: with the tools that were seen, else those that were approved. */
export function lookedAtServer(
  program: Fingerprint,
  before: PluginApproval | undefined,
  seen: ToolSpec[] | null,
): Looked {
  const isStarted = before?.hash === withTools(program, null).hash;
  const isWhole = before?.hash === withTools(program, before?.tools ?? null).hash;
  const tools = seen ?? (isWhole && !isStarted && before ? before.tools : null);
  const whole = withTools(program, tools);
  return { ...whole, before, program: program.hash, tools, mayStart: isStarted || isWhole };
}

function withTools(program: Fingerprint, tools: ToolSpec[] | null): Fingerprint {
  const lines =
    tools === null
      ? ["its tools: nobody has seen them yet; it is started to look, then they are shown"]
      : tools.flatMap(({ name, description, parameters }) => [
          `tool ${name}: ${inOneLine(description)}`,
          `  ${inOneLine(parameters)}`,
        ]);
  const shown = `${program.shown}${lines.join("\n")}\n`;
  const named = tools?.map(({ name, description, parameters }) => [name, description, parameters]);
  const about = JSON.stringify([program.hash, named ?? null]);
  const hash = new Bun.CryptoHasher("sha256").update(about).digest("hex");
  return { ...program, shown, hash };
}

/** JSON lets these stand as they are, and a reader may break a line or turn its direction at them. */
const MISLEADING = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What a server says, as JSON: it cannot look like a line that is not its own. */
const inOneLine = (said: Json): string =>
  JSON.stringify(said).replace(
    MISLEADING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

export async function describe(
  file: PluginFile,
  looked: Attempt<Looked>,
  { isTrusted, taken }: { isTrusted: boolean; taken: boolean },
): Promise<Plugin> {
  const { name, manifest } = file;
  const mode = manifest?.mode ?? null;
  const about = { name, mode, file: file.file };
  const nothing = { hash: null, shown: file.text, difference: "", tools: [] };
  if (taken) {
    const problem = `There is a built-in tool named ${name}: call the file something else.`;
    return { ...about, ...nothing, state: "broken", problem };
  }
  if (!looked.ok) return { ...about, ...nothing, state: "broken", problem: looked.problem };
  const { hash, shown, before, tools: offered } = looked.value;
  const tools = mode === "mcp" ? (offered ?? []).map((one) => one.name) : [name];
  // A server whose tools nobody has seen may be reached, and that is all.
  const isUnseen = mode === "mcp" && offered === null;
  const isSame = before?.hash === hash;
  const state = !before || (isSame && isUnseen) ? "waiting" : isSame ? "approved" : "changed";
  const difference = state === "changed" ? await changeOf(looked.value) : "";
  const trusted = isTrusted ? state : "untrusted";
  return { ...about, tools, state: trusted, problem: null, hash, shown, difference };
}

/** What is different from what was approved. */
export async function changeOf({ before, shown }: Looked): Promise<string> {
  if (!before) return "";
  return await differenceOf({ name: "approved", text: before.shown }, { name: "now", text: shown });
}
