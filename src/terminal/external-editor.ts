// A text in the human's own editor: written to a private file, opened, read again. The file stays until
// somebody says that it is not needed: what was typed is never lost.
import { JameyError, messageOf } from "../protocol/errors.ts";
import { MAX_OBJECT_BYTES } from "../protocol/limits.ts";

export interface EditedFile {
  path: string;
  /** Opens the editor, waits for its end, gives the text as it is then. */
  open(): Promise<string>;
  remove(): Promise<void>;
}

export interface EditorOptions {
  /** Of the file, with its ending. */
  name: string;
  text: string;
  variables: Record<string, string | undefined>;
  /** Where the editor runs. */
  directory: string;
}

/** VISUAL, EDITOR, else vi. The terminal has to be as other programs expect it. */
export async function openEditor(options: EditorOptions): Promise<EditedFile> {
  const { VISUAL, EDITOR } = options.variables;
  const command = [VISUAL, EDITOR, "vi"].find((one) => one?.trim()) ?? "vi";
  const { mkdtemp, rm, writeFile } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const folder = await mkdtemp(join(tmpdir(), "jamey-edit-"));
  const path = join(folder, options.name);
  await writeFile(path, options.text, { mode: 0o600 });
  return {
    path,
    async open() {
      await run(command, path, options);
      return await read(path);
    },
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}

/** As git does it: a shell splits the command, and the path is its last word. */
async function run(command: string, path: string, options: EditorOptions): Promise<void> {
  // Ctrl-C belongs to the editor while it runs.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = Bun.spawn(["sh", "-c", `${command} "$1"`, "sh", path], {
      cwd: options.directory,
      env: options.variables,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
    const code = await child.exited;
    if (code === 0) return;
    const message = `The editor '${command}' ended with ${code}. Nothing was changed; your text is kept in ${path}.`;
    throw new JameyError("input_missing", message);
  } finally {
    process.removeListener("SIGINT", ignore);
  }
}

async function read(path: string): Promise<string> {
  const file = Bun.file(path);
  try {
    if ((await file.stat()).size > MAX_OBJECT_BYTES) {
      throw new Error(`it is larger than ${MAX_OBJECT_BYTES} bytes`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.bytes());
  } catch (cause) {
    const message = `Cannot read ${path} (${messageOf(cause)}).`;
    throw new JameyError("input_missing", message, { cause });
  }
}
