// A text in the human's own editor, where there is a terminal for one.
import { type EditedFile, openEditor } from "../../terminal/external-editor.ts";
import type { Context } from "../context.ts";
import { isTerminal } from "../terminal.ts";
import { usageError } from "./arguments.ts";

export type { EditedFile };

export async function openExternalEditor(
  context: Context,
  given: { name: string; text: string },
): Promise<EditedFile> {
  if (context.arguments.has("no-input") || !isTerminal(0) || !isTerminal(1)) {
    throw usageError(
      "There is no terminal for an editor: give the text with --file FILE or --file -.",
    );
  }
  const { variables, directory } = context.host;
  return await openEditor({ name: `${given.name}.md`, text: given.text, variables, directory });
}
