// `jamey objects new|edit|rename|delete|revert`: changing objects while they live.
import type { Link } from "../../client/link.ts";
import type { Reply } from "../../protocol/commands/index.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { MAX_NAME_LENGTH, MAX_OBJECT_BYTES, NAME_PATTERN } from "../../protocol/limits.ts";
import { shortHash } from "../../terminal/short-hash.ts";
import { oneLine } from "../../terminal/strip.ts";
import { askYesNo } from "../chat/ask.ts";
import { withLink } from "../connect.ts";
import { type Context, printJson } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { type EditedFile, openExternalEditor } from "../input/external-editor.ts";
import { readStdin } from "../one-shot/stdin.ts";
import { describeError } from "../output/error-line.ts";
import { OBJECT_TEMPLATES, objectFrom } from "../table/object-templates.ts";
import { isTerminal } from "../terminal.ts";
import { warn } from "./objects.ts";

const NAME_WORDS = "letters, digits, '_', '-' and '.', and a letter or digit first";

type Version = Reply<"EditPO">;

const reasonOf = ({ arguments: given }: Context): string => given.text("reason") ?? "";

export const create = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const [name = ""] = given.words;
    if (name.length > MAX_NAME_LENGTH || !NAME_PATTERN.test(name)) {
      throw usageError(`'${oneLine(name, 64)}' cannot be the name of an object: ${NAME_WORDS}.`);
    }
    const template = OBJECT_TEMPLATES.find((one) => one === given.text("template")) ?? "minimal";
    const text = objectFrom(template, name);
    const reason = reasonOf(context);
    const send = async (edited: string) => await link.call("CreatePO", { text: edited, reason });
    const what = "Created";
    if (!given.has("edit")) return await done(context, link, { version: await send(text), what });
    const file = await openExternalEditor(context, { name, text });
    return await done(context, link, { version: await untilTaken(context, file, send), what });
  });

export const edit = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given } = context;
    const [po_name = ""] = given.words;
    const reason = reasonOf(context);
    const named = given.text("file");
    const base = given.text("base");
    if (named !== undefined) {
      const text = await readText(named, context.host.directory);
      const base_hash = base === undefined ? null : await hashOf(link, po_name, base);
      const before = await link.call("GetPOVersion", { po_name, hash: null });
      const version = await link.call("EditPO", { po_name, text, base_hash, reason });
      return await done(context, link, { version, what: "Changed", before });
    }
    const from = await link.call("GetPOVersion", { po_name, hash: base ?? null });
    const file = await openExternalEditor(context, { name: po_name, text: from.text });
    const send = async (text: string) => {
      if (text === from.text) return undefined;
      return await link.call("EditPO", { po_name, text, base_hash: from.hash, reason });
    };
    const version = await untilTaken(context, file, send);
    if (version) return await done(context, link, { version, what: "Changed" });
    await context.note("Nothing was changed.");
    return 0;
  });

const hashOf = async (link: Link, po_name: string, hash: string): Promise<string> =>
  (await link.call("GetPOVersion", { po_name, hash })).hash;

/** Opens the editor until what is in it was taken. A text that was refused for good stays in its file. */
async function untilTaken<Answer>(
  context: Context,
  file: EditedFile,
  send: (text: string) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const text = await file.open();
    try {
      const answer = await send(text);
      await file.remove();
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof JameyError)) throw thrown;
      const { code, details } = thrown;
      const kept = `${thrown.message.trimEnd()}\nYour text is kept in ${file.path}`;
      const error = new JameyError(code, kept, { cause: thrown, details });
      // Only what is wrong in the text itself is mended in the text.
      if (code !== "config_invalid" && code !== "invalid_request") throw error;
      await context.err.write(`${describeError(thrown, context.err.hasColour)}\n`);
      if (!(await wantsAgain(context))) throw error;
    }
  }
}

/** Asked more than once, and stdin can be opened only once. */
async function wantsAgain({ err }: Context): Promise<boolean> {
  try {
    const from = Bun.file("/dev/tty").stream();
    return await askYesNo("Edit it again?", { write: err.write, from });
  } catch (_unreachable) {
    // Nobody can be asked: the text is kept, which is as good as a no.
    return false;
  }
}

export const rename = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [po_name = "", new_name = ""] = context.arguments.words;
    const reason = reasonOf(context);
    const version = await link.call("RenamePO", { po_name, new_name, reason });
    const code = await done(context, link, { version, what: "Renamed to" });
    await warnOfUses(context, link, po_name);
    return code;
  });

export const revert = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const [po_name = "", hash = ""] = context.arguments.words;
    const reason = reasonOf(context);
    const before = await link.call("GetPOVersion", { po_name, hash: null });
    const version = await link.call("RevertPO", { po_name, hash, reason });
    return await done(context, link, { version, what: "Reverted", before });
  });

export const remove = (context: Context): Promise<number> =>
  withLink(context, async (link) => {
    const { arguments: given, err } = context;
    const [named = ""] = given.words;
    const { name: po_name, file } = await link.call("InspectPO", { po_name: named });
    if (!given.has("yes")) {
      if (given.has("no-input") || !isTerminal(0)) {
        throw usageError(`Deleting ${po_name} takes its file away. Say so with --yes.`);
      }
      const question = `Delete '${po_name}' (${oneLine(file, 1000)})?`;
      if (!(await askYesNo(question, err))) return 1;
    }
    await link.call("DeletePO", { po_name, reason: reasonOf(context) });
    if (context.isJson) await printJson(context, { po_name });
    else await context.out.write(`Deleted: ${po_name}\n`);
    await warnOfUses(context, link, po_name);
    await context.note(`To have it back: jamey objects history ${po_name}, then revert.`);
    return 0;
  });

/** Who still calls an object by a name that is gone, as the lists say it. */
async function warnOfUses(context: Context, link: Link, po_name: string): Promise<void> {
  const objects = await link.call("ListPOs", {});
  const workflows = await link.call("ListWorkflows", {});
  const said = [
    ...objects.warnings.map(({ warning }) => warning),
    ...workflows.problems.map(({ file, line, problem }) => `${file}:${line}: ${problem}`),
  ];
  await warn(
    context,
    said.filter((text) => text.includes(`'${po_name}'`)),
  );
}

async function done(
  context: Context,
  link: Link,
  { version, what, before }: { version: Version; what: string; before?: Version },
): Promise<number> {
  const { po_name, hash } = version;
  // A text that is put back over a broken file is a change, and has a time of its own.
  const isSame = before?.hash === hash && before.at === version.at;
  if (context.isJson) await printJson(context, version);
  else if (isSame)
    await context.note(`Nothing was changed: ${po_name} ${shortHash(hash)} is live.`);
  else await context.out.write(`${what}: ${po_name} ${shortHash(hash)}\n`);
  await warn(context, (await link.call("InspectPO", { po_name })).warnings);
  return 0;
}

async function readText(named: string, directory: string): Promise<string> {
  const bytes = await readBytes(named, directory);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new JameyError("bad_data", `${named} is no UTF-8 text.`, { cause });
  }
}

async function readBytes(named: string, directory: string): Promise<Uint8Array> {
  if (named === "-") {
    const plan = { type: "read", graceMs: undefined, notice: undefined } as const;
    const bytes = await readStdin(plan, MAX_OBJECT_BYTES, () => undefined);
    return bytes === "skipped" ? new Uint8Array() : bytes;
  }
  const { resolve } = await import("node:path");
  const file = Bun.file(resolve(directory, named));
  try {
    if ((await file.stat()).size <= MAX_OBJECT_BYTES) return await file.bytes();
  } catch (cause) {
    const message = `Cannot read ${named}: ${messageOf(cause)}`;
    throw new JameyError("input_missing", message, { cause });
  }
  throw new JameyError("too_large", `${named} is larger than ${MAX_OBJECT_BYTES} bytes.`);
}
