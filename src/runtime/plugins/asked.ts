// What a call of a plugin was asked with: until it has run it goes on to be about exactly that, also where the
// plugin was approved meanwhile, by another call's answer or by hand.
import type { Standing } from "../../tools/external/tool.ts";
import { changeOf, type Looked } from "./looked.ts";

/** Calls that wait for an answer at once; of the oldest beyond them a change of their standing is a change. */
const MAX_ASKED = 1_000;

export function createAsked() {
  const asked = new Map<string, { hash: string; question: string }>();
  return {
    async standingOf(
      call_id: string,
      name: string,
      looked: Looked,
    ): Promise<Standing & { argv: [string, ...string[]] | null; program: string }> {
      const { hash, argv, program } = looked;
      const earlier = asked.get(call_id);
      if (earlier?.hash === hash) {
        return { hash, argv, program, isApproved: false, question: earlier.question };
      }
      if (looked.before?.hash === hash)
        return { hash, argv, program, isApproved: true, question: "" };
      const question = await questionOf(name, looked);
      asked.set(call_id, { hash, question });
      const [oldest] = asked.keys();
      if (asked.size > MAX_ASKED && oldest !== undefined) asked.delete(oldest);
      return { hash, argv, program, isApproved: false, question };
    },
  };
}

async function questionOf(name: string, looked: Looked): Promise<string> {
  const what = looked.before
    ? `The tool '${name}' has changed since a human approved it:\n${await changeOf(looked)}\nIt is now:`
    : `No human has approved the tool '${name}' yet. This is what would run, now and from then on:`;
  return `${what}\n${looked.shown}sha256 ${looked.hash}`;
}
