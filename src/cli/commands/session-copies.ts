// `jamey sessions fork|export|import`: conversations as copies and as files.
import { resolve } from "node:path";
import type { Link } from "../../client/link.ts";
import type { Params } from "../../protocol/commands/index.ts";
import { nestingOf } from "../../protocol/decode.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import { MAX_FRAME_BYTES, MAX_JSON_DEPTH } from "../../protocol/limits.ts";
import { withLink } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { findSession, freeName, requireFreeName } from "../input/find-session.ts";
import { readPath } from "../one-shot/files.ts";
import { openOutputFile } from "../one-shot/output-file.ts";
import { readStdin } from "../one-shot/stdin.ts";
import { escapeControls } from "../output/json-text.ts";
import { FORMATS } from "../table/session-words.ts";

type Document = Params<"ImportSession">["document"];

/** Of a document: what travels around it takes the rest. */
const MAX_NESTING = MAX_JSON_DEPTH - 8;

export const fork = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const { session_id } = await findSession(link, given.words[0] ?? "");
    const at = given.text("at");
    const named = given.text("name");
    if (named !== undefined) await requireFreeName(link, named);
    const { session } = await link.call(
      "ForkSession",
      {
        session_id,
        message_id: at === undefined ? null : await findMessage(link, session_id, at),
        name: given.text("name") ?? null,
        model: given.text("model") ?? null,
        // An id of ours: asked again after a broken connection, it is the same copy.
        new_session_id: crypto.randomUUID(),
      },
      { isRepeatable: true },
    );
    if (context.isJson) await printJson(context, { session });
    else await context.out.write(`Forked session: ${session.session_id}\n`);
    return 0;
  });

/** By its id or the beginning of it. */
async function findMessage(link: Link, session_id: string, text: string): Promise<string> {
  const { session } = await link.call("GetSession", { session_id });
  const ids = session.conversation.map((message) => message.message_id);
  if (ids.includes(text)) return text;
  const near = text === "" ? [] : ids.filter((one) => one.startsWith(text));
  const [only, ...others] = near;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    throw usageError(`--at: '${text}' fits ${near.length} messages: give more of the id.`);
  }
  const message = `Session ${session_id} has no message '${text}'. Its ids: jamey sessions show ${session_id}`;
  throw new JameyError("not_found", message);
}

export const exportSession = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, host } = context;
    const format = FORMATS.find((one) => one === given.text("format")) ?? "json";
    const named = given.text("output");
    const { session_id } = await findSession(link, given.words[0] ?? "");
    const file = named === undefined ? undefined : openOutputFile(named, host.directory);
    const document = await link.call("ExportSession", { session_id, format });
    if (!file) {
      // A terminal obeys neither: JSON has escapes, and Markdown comes without.
      if (context.isJson && format === "markdown") await printJson(context, document);
      else {
        const { text } = document;
        await context.out.write(format === "json" ? escapeControls(text) : text);
      }
      return 0;
    }
    await file.commit(document.text);
    const bytes = Buffer.byteLength(document.text);
    if (context.isJson) await printJson(context, { session_id, format, file: file.path, bytes });
    else await context.note(`Exported session: ${session_id}, ${bytes} bytes`);
    return 0;
  });

export const importSession = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, host } = context;
    const [file = ""] = given.words;
    const document = parseDocument(await readDocument(file, host.directory), file);
    const { session } = await importAs(link, file, {
      document,
      po_name: given.text("object") ?? null,
      name: await nameFor(link, document, given.text("name")),
    });
    if (context.isJson) await printJson(context, { session });
    else await context.out.write(`Imported session: ${session.session_id}\n`);
    const left = document.delegations?.length ?? 0;
    if (left > 0) {
      await context.note(
        `Left in the file: what ${left} called object${left === 1 ? "" : "s"} said on the way; their answers are there.`,
      );
    }
    return 0;
  });

/** That of the document may be taken, by the session that it was made of. */
async function nameFor(
  link: Link,
  document: Document,
  given: string | undefined,
): Promise<string | null> {
  if (given !== undefined) {
    await requireFreeName(link, given);
    return given;
  }
  // Whether it is a document is not known yet.
  const name: unknown = isObject(document) && isObject(document.session) && document.session.name;
  return typeof name === "string" && name !== "" ? await freeName(link, name) : null;
}

/** Whether it is a document the daemon says: here it has no shape yet. */
function parseDocument(bytes: Uint8Array, file: string): Document {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // A frame that is nested deeper is refused as a whole, and nobody could say which one it was.
    if (nestingOf(text, MAX_NESTING) > MAX_NESTING) throw new Error("it is nested too deeply");
    return JSON.parse(text) as Document;
  } catch (cause) {
    const message = `${file} is no exported session (${messageOf(cause)}). Export one with 'jamey sessions export ID --format json'.`;
    throw new JameyError("bad_data", message, { cause });
  }
}

async function importAs(link: Link, file: string, params: Params<"ImportSession">) {
  try {
    return await link.call("ImportSession", params);
  } catch (cause) {
    if (!(cause instanceof JameyError) || cause.code !== "invalid_request") throw cause;
    const message = `${file} is no exported session. ${cause.message}`;
    throw new JameyError("bad_data", message, { cause, details: cause.details });
  }
}

async function readDocument(named: string, directory: string): Promise<Uint8Array> {
  if (named === "-") {
    const plan = { type: "read", graceMs: undefined, notice: undefined } as const;
    const bytes = await readStdin(plan, MAX_FRAME_BYTES, () => undefined);
    return bytes === "skipped" ? new Uint8Array() : bytes;
  }
  return await readPath(resolve(directory, named), MAX_FRAME_BYTES);
}
