// Bodies of HTTP answers of MCP servers, counted: in all, or event by event, however their lines end and wherever
// they are cut.
import { expect, test } from "bun:test";
import { MAX_LINE_BYTES } from "../../src/tools/external/lines.ts";
import { bounded } from "../../src/tools/mcp/bounded-body.ts";

/** Bytes that came through, and what was refused. */
async function read(text: string, { isGathered, cut }: { isGathered: boolean; cut: number }) {
  const bytes = new TextEncoder().encode(text);
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut);
  })();
  const refused: string[] = [];
  let came = 0;
  try {
    const body = bounded(chunks, { isGathered }, (why) => void refused.push(why));
    for await (const chunk of body) came += chunk.length;
    return { isWhole: came === bytes.length, refused };
  } catch (thrown) {
    return { thrown: String(thrown), refused };
  }
}

const passed = { isWhole: true, refused: [] };
const tooLong = (what: string) => {
  const why = `it sent ${what} longer than ${MAX_LINE_BYTES} bytes`;
  return { thrown: `Error: ${why}`, refused: [why] };
};

/** More than half of what an event may have. */
const line = `data: ${"x".repeat(MAX_LINE_BYTES / 2)}`;
const CUTS = [64 * 1024, MAX_LINE_BYTES * 4, line.length + 1];

test.each([
  ["line feeds", "\n"],
  ["carriage returns", "\r"],
  ["pairs of both", "\r\n"],
])("events whose lines end with %s are counted one by one", async (_name, end) => {
  const events = `${line}${end}${end}`.repeat(3);
  const two = `${line}${end}${line}${end}${end}`;
  for (const cut of CUTS) {
    expect(await read(events, { isGathered: false, cut })).toEqual(passed);
    expect(await read(two, { isGathered: false, cut })).toEqual(tooLong("an event"));
    expect(await read(events, { isGathered: true, cut })).toEqual(tooLong("an answer"));
  }
});

test("an answer is taken up to the very bound", async () => {
  const text = "\n".repeat(MAX_LINE_BYTES);
  expect(await read(text, { isGathered: true, cut: 64 * 1024 })).toEqual(passed);
  const more = await read(`${text}\n`, { isGathered: true, cut: 64 * 1024 });
  expect(more).toEqual(tooLong("an answer"));
});
