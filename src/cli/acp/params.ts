// What editors send over the Agent Client Protocol, version 1, as far as jamey answers it: read by hand, for the
// schemas' library would cost each start of an editor. Fields are that protocol's own.
import { JameyError } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { hasForms } from "./forms.ts";
import type { Fields } from "./rpc.ts";

/** The newest version that is spoken. */
export const ACP_VERSION = 1;
/** Blocks of one prompt. */
const MAX_BLOCKS = 1_000;

export type Block =
  | { type: "text"; text: string }
  | { type: "image"; data: string; mimeType: string }
  | { type: "resource_link"; name: string; uri: string }
  | { type: "resource"; uri: string; text: string };

interface Place {
  cwd: string;
  /** The editor's own: how many. */
  servers: number;
}

export interface Asked {
  initialize: { hasForms: boolean };
  "session/new": Place;
  "session/load": Place & { sessionId: string };
  "session/resume": Place & { sessionId: string };
  "session/list": { cwd: string | null; cursor: string | null };
  "session/prompt": { sessionId: string; prompt: Block[] };
  "session/set_mode": { sessionId: string; modeId: string };
}

export const readers: { [Name in keyof Asked]: (params: Fields) => Asked[Name] } = {
  initialize(params) {
    if (!Number.isSafeInteger(params.protocolVersion)) throw wrong("protocolVersion", "a number");
    return { hasForms: hasForms(params) };
  },
  "session/new": readPlace,
  "session/load": (params) => ({ ...readPlace(params), sessionId: text(params, "sessionId") }),
  "session/resume": (params) => ({ ...readPlace(params), sessionId: text(params, "sessionId") }),
  "session/list": ({ cwd, cursor }) => ({
    cwd: cwd === undefined || cwd === null ? null : folder(cwd),
    cursor: typeof cursor === "string" ? cursor : null,
  }),
  "session/prompt": (params) => ({ sessionId: text(params, "sessionId"), prompt: blocks(params) }),
  "session/set_mode": (params) => ({
    sessionId: text(params, "sessionId"),
    modeId: text(params, "modeId"),
  }),
};

/** Which option was chosen; undefined: none. */
export function chosenOption(said: unknown): string | undefined {
  const outcome = isObject(said) ? said.outcome : undefined;
  if (!isObject(outcome) || outcome.outcome !== "selected") return undefined;
  return typeof outcome.optionId === "string" ? outcome.optionId : undefined;
}

function readPlace({ cwd, mcpServers }: Fields): Place {
  return { cwd: folder(cwd), servers: Array.isArray(mcpServers) ? mcpServers.length : 0 };
}

function folder(value: unknown): string {
  if (typeof value === "string" && value.startsWith("/")) return value;
  throw wrong("cwd", "an absolute path");
}

function blocks({ prompt }: Fields): Block[] {
  if (!Array.isArray(prompt) || prompt.length === 0 || prompt.length > MAX_BLOCKS) {
    throw wrong("prompt", `1 to ${MAX_BLOCKS} blocks of content`);
  }
  return prompt.map((block: unknown) => readBlock(isObject(block) ? block : {}));
}

function readBlock(block: Fields): Block {
  const { type, resource } = block;
  if (type === "text") return { type, text: text(block, "text") };
  if (type === "image") {
    return { type, data: text(block, "data"), mimeType: text(block, "mimeType") };
  }
  if (type === "resource_link") return { type, name: text(block, "name"), uri: text(block, "uri") };
  if (type === "resource" && isObject(resource)) {
    return { type, uri: text(resource, "uri"), text: text(resource, "text") };
  }
  throw wrong("prompt", "text, images, links of resources and resources that are text");
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw wrong(name, "text");
}

const wrong = (name: string, what: string): JameyError =>
  new JameyError("invalid_request", `'${name}' must be ${what}.`);
