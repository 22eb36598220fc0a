// What the terminal is asked when it is taken, and what follows from its answers.
import { attempt } from "./attempt.ts";
import type { Answer } from "./decoded.ts";
import type { Capabilities, ScreenOptions } from "./screen-shapes.ts";
import * as sequences from "./sequences.ts";

/** How long a terminal may take to answer before it is taken for a plain one. Milliseconds. */
const ANSWER_MS = 150;
/** What is still under way from the terminal is waited for, before it would reach the shell. Milliseconds. */
const FENCE_MS = 100;
const UNFENCED_MS = 15;
export function createAnswers({
  options,
  onStale,
}: {
  options: Pick<ScreenOptions, "stdout" | "onStale">;
  onStale(about: { isDark?: boolean; hasSync?: boolean }): void;
}) {
  const { stdout } = options;
  let keyboard: sequences.Keyboard = "plain";
  let isDark: boolean | undefined;
  let hasSync = false;
  let hasAnswered = false;
  let timer: Timer | undefined;
  let fenced: (() => void) | undefined;

  function chooseKeyboard(next: "kitty" | "modified"): void {
    if (keyboard !== "plain") return;
    clearTimeout(timer);
    keyboard = next;
    stdout.write(next === "kitty" ? sequences.KITTY_ON : sequences.MODIFY_ON);
  }

  return {
    questions() {
      keyboard = "plain";
      timer = setTimeout(() => chooseKeyboard("modified"), ANSWER_MS);
      return sequences.QUESTIONS;
    },
    take(answer: Answer) {
      if (fenced) {
        if (answer.about === "attributes") fenced();
        return;
      }
      if (answer.about === "background" && answer.isDark !== isDark) {
        isDark = answer.isDark;
        onStale({ isDark });
        options.onStale();
      } else if (answer.about === "synchronised") {
        hasSync = answer.isKnown;
        onStale({ hasSync });
      } else if (answer.about === "keyboard") chooseKeyboard("kitty");
      else if (answer.about === "attributes") {
        hasAnswered = true;
        chooseKeyboard("modified");
      }
    },
    /** Resolves when what the terminal sent until now has been read. */
    async fence() {
      clearTimeout(timer);
      const { promise, resolve } = Promise.withResolvers<void>();
      fenced = resolve;
      if (hasAnswered) attempt(() => stdout.write(sequences.FENCE));
      const late = setTimeout(resolve, hasAnswered ? FENCE_MS : UNFENCED_MS);
      await promise;
      clearTimeout(late);
      fenced = undefined;
    },
    stop: () => clearTimeout(timer),
    capabilities: (): Capabilities => ({
      isDark,
      hasSynchronisedOutput: hasSync,
      keyboard,
    }),
  };
}
