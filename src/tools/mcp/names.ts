// Names and specs of a server's tools as agents get them: in the namespace of the server, in letters that every
// vendor takes, bounded.
import type { Json, ToolSpec } from "../../protocol/messages.ts";

/** Of one server: a model is told all of them at each call. */
export const MAX_TOOLS = 256;
/** Bytes of all of them as JSON: a human reads them before they are pinned. */
export const MAX_LISTING_BYTES = 512 * 1024;
/** Characters of a name that every vendor takes, and of the mark that tells bent names apart. */
const MAX_NAME = 64;
const MARK_LENGTH = 6;

export interface OfferedTool {
  name: string;
  description?: string | undefined;
  inputSchema: unknown;
}

export interface NamedTool {
  /** Its name at the server. */
  own_name: string;
  spec: ToolSpec;
}

/** Throws where there are too many, or two of one name. */
export function nameTools(
  server: string,
  offered: readonly OfferedTool[],
  hash: (text: string) => string,
): NamedTool[] {
  if (offered.length > MAX_TOOLS) {
    throw new Error(`it offers ${offered.length} tools; at most ${MAX_TOOLS} are taken`);
  }
  const named = offered
    .map(({ name, description = "", inputSchema }) => ({
      own_name: name,
      // It came as JSON; that a schema is an object the SDK has checked.
      spec: { name: exposedName(server, name, hash), description, parameters: inputSchema as Json },
    }))
    .map(({ own_name, spec }) => ({
      own_name,
      spec: { ...spec, parameters: spec.parameters as ToolSpec["parameters"] },
    }))
    .toSorted((left, right) => (left.spec.name < right.spec.name ? -1 : 1));
  const twice = named.find((one, index) => named[index - 1]?.spec.name === one.spec.name);
  if (twice) throw new Error(`it offers two tools named ${twice.own_name}`);
  const bytes = Buffer.byteLength(JSON.stringify(named));
  if (bytes > MAX_LISTING_BYTES) {
    throw new Error(`what it says of its tools is ${bytes} bytes; at most ${MAX_LISTING_BYTES}`);
  }
  return named;
}

/** `server__tool`; bent and marked where vendors would not take it. */
export function exposedName(server: string, tool: string, hash: (text: string) => string): string {
  const whole = `${server}__${tool}`;
  if (/^[A-Za-z0-9_-]+$/.test(whole) && whole.length <= MAX_NAME) return whole;
  const bent = whole.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, MAX_NAME - MARK_LENGTH - 1);
  return `${bent}_${hash(whole).slice(0, MARK_LENGTH)}`;
}
