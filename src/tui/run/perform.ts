// Does what the interface asks for: calls, files, the editor, the terminal.
// Rule: whatever fails becomes an input; nothing here throws, and nothing is done twice at once that needs the
//       terminal for itself.
import type { Link } from "../../client/link.ts";
import type { Variables } from "../../client/variables.ts";
import { messageOf, toErrorBody } from "../../protocol/errors.ts";
import { openEditor } from "../../terminal/external-editor.ts";
import { showHiddenInProse, stripControl } from "../../terminal/strip.ts";
import { isReading } from "../reading.ts";
import type { OpenScreen } from "../screen/screen-shapes.ts";
import type { Effect, Input } from "../shapes.ts";
import { createFileFinder } from "./find-files.ts";
import type { KeptFiles } from "./kept-files.ts";
import type { LineRunner } from "./lines.ts";
import { readImage } from "./read-image.ts";
import type { StatusCommand } from "./status-command.ts";

export interface PerformOptions {
  link: Link;
  lines: LineRunner;
  screen: OpenScreen;
  kept: KeptFiles;
  /** The human's own, where there is one. */
  status: StatusCommand | null;
  variables: Variables;
  directory: string;
  take(input: Input): void;
  redraw(): void;
  quit(resume: string | null): void;
  /** Whether another program has the terminal, and the signals of its keys. */
  lend(isLent: boolean): void;
  /** Stops the process as the shell does it. */
  stop(): Promise<void>;
  /** Waits for a key on the terminal as the shell has it. */
  waitForKey(): Promise<void>;
}

const TOO_LONG_TO_COPY =
  "Not copied: it is too long for the clipboard of a terminal. v in the conversation opens your editor.";

type Of<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

export function createPerformer(options: PerformOptions): (effect: Effect) => void {
  const { link, lines, screen, kept, take } = options;
  const finder = createFileFinder(options.directory);
  let isAway = false;

  /** Somebody else has the terminal. */
  async function away(work: () => Promise<void>): Promise<void> {
    if (isAway) return;
    isAway = true;
    try {
      await screen.suspend();
      await work();
    } finally {
      isAway = false;
      screen.resume();
    }
  }

  async function call(effect: Of<"call">): Promise<void> {
    const { command, params, purpose } = effect;
    try {
      const reply =
        effect.command === "RunTool"
          ? await lines.run(purpose, effect.params)
          : await link.call(command, params, { isRepeatable: isRepeatable(effect) });
      // The table of commands says which reply a command has: name and reply fit each other.
      take({ type: "replied", command, reply, purpose } as Input);
    } catch (thrown) {
      take({ type: "call_failed", command, purpose, error: toErrorBody(thrown) });
    }
  }

  async function edit({ purpose, text, suffix }: Of<"edit">): Promise<void> {
    let edited: string | null = null;
    await away(async () => {
      options.lend(true);
      try {
        edited = await editText({ ...options, text, suffix });
      } catch (thrown) {
        options.lend(false);
        await show(messageOf(thrown), options);
      } finally {
        options.lend(false);
      }
    });
    take({ type: "edited", purpose, text: edited });
  }

  const table: { [Type in Effect["type"]]: (effect: Of<Type>) => unknown } = {
    call,
    stop_line: ({ purpose }) => lines.stop(purpose),
    edit,
    copy({ text }) {
      if (!screen.copy(text)) take({ type: "trouble", text: TOO_LONG_TO_COPY });
    },
    notify: ({ title, body }) => screen.notify(title, body),
    title: ({ text }) => screen.setTitle(text),
    mouse: ({ isOn }) => screen.setMouse(isOn),
    page: ({ text }) => away(() => show(text, options)),
    save_draft: ({ session_id, text }) => kept.saveDraft(session_id, text),
    find_draft: ({ session_id }) =>
      take({ type: "draft", session_id, text: kept.draftOf(session_id) }),
    remember: ({ entry }) => kept.remember(entry),
    pin: ({ session_id, isPinned }) => kept.savePin(session_id, isPinned),
    find_files: async ({ query, purpose }) =>
      take({ type: "files", query, paths: await finder.find(query), purpose }),
    read_image: async ({ id, written }) =>
      take({ type: "image", id, ...(await readImage(written, options.directory)) }),
    status: ({ json, isWorking }) => options.status?.changed(json, isWorking),
    redraw() {
      screen.forget();
      options.redraw();
    },
    theme({ name }) {
      screen.setTheme(name);
      options.redraw();
    },
    reconnect: () => link.reconnect(),
    suspend: () => away(options.stop),
    quit: ({ resume }) => options.quit(resume),
  };
  return (effect) => {
    // Each effect is given to the function of its own type.
    const perform = table[effect.type] as (effect: Effect) => unknown;
    perform(effect);
  };
}

async function show(text: string, { waitForKey }: PerformOptions): Promise<void> {
  process.stdout.write(`${shownOutside(text).trimEnd()}\n\n[Enter: back to jamey] `);
  await waitForKey();
}

/** Beside frames nothing else keeps what others wrote from controlling the terminal; what would hide is shown. */
export const shownOutside = (text: string): string => showHiddenInProse(stripControl(text));

/** Asked again where the connection broke in the middle: what only reads, and messages that carry a key. */
function isRepeatable({ command, params }: Of<"call">): boolean {
  if (isReading(command)) return true;
  return isObjectWith(params, "message_key");
}

const isObjectWith = (value: unknown, key: string): boolean =>
  typeof value === "object" && value !== null && key in value && Object(value)[key] !== null;

/** null where it was left as it was. */
async function editText(options: {
  text: string;
  suffix: string;
  variables: Variables;
  directory: string;
}): Promise<string | null> {
  const { text, suffix, variables, directory } = options;
  const file = await openEditor({ name: `jamey${suffix}`, text, variables, directory });
  const edited = await file.open();
  await file.remove();
  return edited === text ? null : edited;
}
