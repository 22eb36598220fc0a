// Programs that go on running and speak garbage: their calls fail with a reason, nothing else does, nothing of
// them is left and the memory stays.
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_LINE_BYTES } from "../../src/tools/external/lines.ts";
import { speakWith } from "../../src/tools/external/spoken.ts";
import { isAlive } from "../support/processes.ts";
import { openToolWorld, type ToolWorld } from "../support/tool-world.ts";

const FLOOD_BYTES = 512 * 1024 * 1024;
/** A quarter of the flood: what a collector has not taken away yet is much less, what is kept would be more. */
const MAX_GROWTH_BYTES = FLOOD_BYTES / 4;
const ROUNDS = 60;

function speak(world: ToolWorld, script: string) {
  const opened = world.world.processes.open({
    argv: ["/bin/sh", "-c", script],
    folder: world.workspace,
    variables: world.context().child_variables,
  });
  if (!opened.ok) throw new Error(opened.problem);
  return { spoken: speakWith(opened.value), pid: opened.value.pid };
}

const call = () => ({
  args: {},
  about: { workspace: "/w", session_id: "s", call_id: "c" },
  signal: new AbortController().signal,
  heard: async () => undefined,
});

/** What becomes of a call that the program answers with this text. */
async function answerTo(world: ToolWorld, text: string | Uint8Array): Promise<string> {
  const name = crypto.randomUUID();
  writeFileSync(join(world.workspace, name), text);
  const { spoken, pid } = speak(world, `read -r line; cat ${name}`);
  const came = await spoken.call(call()).then(
    ({ output }) => output,
    (thrown: Error) => thrown.message,
  );
  await spoken.ended;
  await spoken.stop();
  expect(isAlive(pid)).toBe(false);
  return came;
}

const good = '{"id":"1","output":"good","success":true}\n';

describe("a program that goes on running", () => {
  test("and says what is no answer is ended, with what it said", async () => {
    await using world = await openToolWorld();
    const lines = [
      ...["null", "[]", "7", '"1"', "{}", '{"id":"1"}', '{"id":1,"output":"x","success":true}'],
      ...['{"id":"1","output":"x"}', '{"id":"1","output":"x","success":"yes"}'],
      ...['{"id":"1","chunk":7}', '{"__proto__":{"id":"1","output":"x","success":true}}'],
      ...['{"id":"1","output":"x","success":true', "\u0000", "\u001b[2J", "["],
      "[".repeat(100_000),
    ];
    const all = await Promise.all(lines.map((line) => answerTo(world, `${line}\n${good}`)));
    const isRight = (said: string) =>
      said.includes("it wrote a line that is no answer") && said.length < 1_000;
    expect(lines.filter((_line, index) => !isRight(all[index] ?? ""))).toEqual([]);
  });

  test("is heard where its answer is in other words, and a second answer is nobody's", async () => {
    await using world = await openToolWorld();
    const deep = `{"id":"1","output":${"[".repeat(200)}${"]".repeat(200)},"success":true}\n`;
    const answers: [text: string, output: string][] = [
      [good + good, "good"],
      [`\n\r\n${good}`, "good"],
      [good.replace("\n", "\r\n"), "good"],
      [good.trimEnd(), "good"],
      [`{"id":"no","output":1,"success":true}\n${good}`, "good"],
      [good.replace('"good"', "null"), "null"],
      [deep, `${"[".repeat(200)}${"]".repeat(200)}`],
    ];
    const all = await Promise.all(answers.map(([text]) => answerTo(world, text)));
    expect(all).toEqual(answers.map(([, output]) => output));
  });

  test("and writes a line without end is ended before it fills the memory", async () => {
    await using world = await openToolWorld();
    const before = process.memoryUsage.rss();
    const { spoken, pid } = speak(world, "read -r line; tr '\\0' x < /dev/zero");
    await expect(spoken.call(call())).rejects.toThrow(
      `it wrote a line longer than ${MAX_LINE_BYTES} bytes`,
    );
    await spoken.ended;
    await spoken.stop();
    expect(isAlive(pid)).toBe(false);
    expect(process.memoryUsage.rss() - before).toBeLessThan(MAX_GROWTH_BYTES);
  });

  test("and floods stderr answers none the less, and only the end of the flood is kept", async () => {
    await using world = await openToolWorld();
    const before = process.memoryUsage.rss();
    const flood = `head -c ${FLOOD_BYTES} /dev/zero | tr '\\0' e >&2; echo the end >&2`;
    const { spoken } = speak(world, `read -r line; ${flood}; printf '%s' '${good}'; read -r more`);
    expect(await spoken.call(call())).toEqual({ output: "good", success: true });
    await spoken.stop();
    expect(process.memoryUsage.rss() - before).toBeLessThan(MAX_GROWTH_BYTES);
    const why = await spoken.ended;
    expect([why.length < 10_000, why.endsWith("the end")]).toEqual([true, true]);
  });

  test(`and says ${ROUNDS} random things answers or fails, and never anything else`, async () => {
    await using world = await openToolWorld();
    let state = 20_260_101;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const pieces = [
      ...['{"id":"1",', '"output":', '"x"', "}", "\n", ",", '"success":true', "\u2028", "\\", '"'],
      ...['"chunk":"y"', '{"id":"2"', "\r", "[", "]", "null", "1e999", "\u0000", good, "\udc00"],
    ];
    const said = Array.from({ length: ROUNDS }, () => {
      const parts = Array.from({ length: 1 + random(30) }, () => pieces[random(pieces.length)]);
      const bytes = Buffer.from(parts.join(""));
      // A byte anywhere may be any byte: also one that is no UTF-8.
      if (bytes.length > 0) bytes[random(bytes.length)] = random(256);
      return bytes;
    });
    const came = await Promise.all(said.map((bytes) => answerTo(world, bytes)));
    const isKnown = (text: string) =>
      /^(?:it wrote a line|it ended)/.test(text) || text.length < 20;
    const odd = said.filter((_bytes, index) => !isKnown(came[index] ?? ""));
    expect(odd.map((bytes) => bytes.toString("latin1"))).toEqual([]);
  });
});
