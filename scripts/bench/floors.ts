// The platform's own floor, compiled like jamey: a hello world, and a program that does nothing but the
// request to the model. What jamey costs is what it adds to them.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const hello = `console.log("hello");`;

/** One streamed chat completion; prints the text. The address is the first argument. */
const request = `
const [address] = process.argv.slice(2);
const response = await fetch(address + "/chat/completions", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] }),
});
let text = "";
for (const line of (await response.text()).split("\\n")) {
  if (!line.startsWith("data: {")) continue;
  text += JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? "";
}
console.log(text);
`;

/** A terminal's keys, written back as they come. */
const echo = `
import { writeSync } from "node:fs";
process.stdin.setRawMode(true);
process.stdin.on("data", (bytes) => writeSync(1, bytes));
writeSync(1, "ready");
`;

export interface Floors {
  hello: string;
  request: string;
}

export async function buildFloors(folder: string): Promise<Floors> {
  await mkdir(folder, { recursive: true });
  return {
    hello: await compile(folder, "hello", hello),
    request: await compile(folder, "request", request),
  };
}

/** What answers a key in a terminal, and does nothing else. */
export async function buildEchoFloor(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return await compile(folder, "echo", echo);
}

async function compile(folder: string, name: string, source: string): Promise<string> {
  const entry = join(folder, `${name}.ts`);
  const outfile = join(folder, name);
  await Bun.write(entry, source);
  const built = await Bun.build({
    entrypoints: [entry],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    compile: { outfile },
  });
  if (!built.success) throw new Error(`the floor ${name} does not build`);
  return outfile;
}
