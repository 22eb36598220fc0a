// --record FILE of a one-shot: what the models said, as a script, once the turn has ended.
import type { Link } from "../../client/link.ts";
import { oneLine } from "../../terminal/strip.ts";
import type { Context } from "../context.ts";
import { usageError } from "../input/arguments.ts";
import { openOutputFile } from "./output-file.ts";
import type { Ended } from "./result.ts";

const MAX_NAME_LENGTH = 120;

export interface Recording {
  keep(link: Link, ended: Ended, prompt: string): Promise<void>;
}

/** Undefined where nobody asked for one. That the file can be written is found out before anything is spent. */
export function openRecording({
  arguments: given,
  host,
  ...context
}: Context): Recording | undefined {
  const named = given.text("record");
  if (named === undefined) return undefined;
  if (given.text("input-format") === "stream-json") {
    throw usageError("--record keeps one message's turn; --input-format stream-json has many.");
  }
  const file = openOutputFile(named, host.directory);
  return {
    async keep(link, { accepted }, prompt) {
      if (!accepted) return;
      const name = oneLine(prompt, MAX_NAME_LENGTH);
      const { text, steps, warnings } = await link.call("RecordTurn", {
        turn_id: accepted.turn_id,
        name,
      });
      for (const warning of warnings)
        await context.note(`jamey: warning: ${oneLine(warning, 500)}`);
      if (steps === 0) return await context.note(`No model answered: ${named} is not written.`);
      await file.commit(text);
      const answers = steps === 1 ? "1 answer" : `${steps} answers`;
      await context.note(`Recorded ${answers} in ${named}. To play it: --model scripted/${named}`);
    },
  };
}
