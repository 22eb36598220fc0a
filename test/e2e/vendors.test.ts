// Every vendor's API over real sockets, through the compiled binary: what a well-behaved vendor says is
// answered and sent back as its documentation wants it.
// Method: aimock answers, a server of our own in front of it keeps the exact requests, and a reader that
// was written from the documentation judges them. The faults are in vendor-faults.test.ts.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { judge, type Reading } from "../support/fake-vendors/conversation.ts";
import { type Dialect, dialects } from "../support/fake-vendors/dialects.ts";
import { readRequest } from "../support/fake-vendors/readers.ts";
import type { FakeVendor } from "../support/fake-vendors/server.ts";
import { startWellBehaved } from "../support/fake-vendors/well-behaved.ts";
import { type Home, openHome } from "../support/home.ts";

const KEY = "sk-canary-8c1f0d5e7a";
/** One pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

let home: Home;
beforeAll(async () => {
  home = await openHome({ OLLAMA_API_KEY: KEY });
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

async function ask(dialect: Dialect, vendor: FakeVendor, args: string[], directory?: string) {
  return await home.run(["--model", dialect.model, ...args], {
    variables: dialect.variables(vendor.origin, KEY),
    ...(directory !== undefined && { directory }),
  });
}

/** What the vendor was asked, and whether it could take it. */
function readings(dialect: Dialect, vendor: FakeVendor): Reading[] {
  return vendor.asked.map(({ body }) => readRequest(dialect.read, body));
}

function problems(dialect: Dialect, vendor: FakeVendor): string[] {
  const addressed = vendor.asked.flatMap(({ method, path, headers }) => {
    const place = `${method} ${path.replace(/\?api-version=[\d-]+$/, "")}`;
    const expected = `POST ${dialect.path}`;
    return [
      ...(place === expected ? [] : [`asked at ${place}`]),
      ...(dialect.key(headers) === KEY ? [] : ["asked without the key"]),
    ];
  });
  return [...addressed, ...readings(dialect, vendor).flatMap(judge)];
}

/** An answer that reads these files. */
const calls = (...paths: string[]) => ({
  toolCalls: paths.map((path) => ({ name: "file_read", arguments: JSON.stringify({ path }) })),
});

const conversationOf = ({ items }: Reading) => items.filter(({ role }) => role !== "system");

for (const dialect of dialects) {
  describe(dialect.vendor, () => {
    test("a streamed answer is exactly what stands on stdout", async () => {
      const content = 'Grüße aus\n\n  der Ferne: 1 < 2 && "so" – 🙂.';
      await using vendor = await startWellBehaved(dialect, [
        { match: { userMessage: "say hello" }, response: { content } },
      ]);
      const answer = await ask(dialect, vendor, ["please say hello"]);
      expect(answer).toEqual({ code: 0, stdout: `${content}\n`, stderr: "" });
      expect(problems(dialect, vendor)).toEqual([]);
      expect(readings(dialect, vendor).map(conversationOf)).toEqual([
        [{ role: "user", text: "please say hello", images: [], calls: [], call_id: "" }],
      ]);
    });

    test("a tool is called with its arguments, and its result reaches the model", async () => {
      const directory = join(home.folder, `tool-${dialect.vendor}`);
      await Bun.write(join(directory, "note.txt"), "the answer is 42\n");
      await using vendor = await startWellBehaved(dialect, [
        {
          match: { userMessage: "read the note", hasToolResult: false },
          response: calls("note.txt"),
        },
        {
          match: { userMessage: "read the note", hasToolResult: true },
          response: { content: "It says 42." },
        },
      ]);
      const answer = await ask(dialect, vendor, ["read the note"], directory);
      expect(answer).toEqual({ code: 0, stdout: "It says 42.\n", stderr: "" });
      expect(problems(dialect, vendor)).toEqual([]);
      const [first, second] = readings(dialect, vendor);
      expect(first?.tools).toContain("file_read");
      const items = second ? conversationOf(second) : [];
      expect(items.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
      expect(items[1]?.calls.map(({ name, args }) => ({ name, args }))).toEqual([
        { name: "file_read", args: { path: "note.txt" } },
      ]);
      expect(items[2]?.text).toContain("the answer is 42");
    });

    test("parallel calls are all run, and each gets its own result", async () => {
      const directory = join(home.folder, `parallel-${dialect.vendor}`);
      for (const name of ["a", "b", "c"]) {
        await Bun.write(join(directory, `${name}.txt`), `content of ${name}\n`);
      }
      await using vendor = await startWellBehaved(dialect, [
        {
          match: { userMessage: "read all", hasToolResult: false },
          response: calls("a.txt", "b.txt", "c.txt"),
        },
        {
          match: { userMessage: "read all", hasToolResult: true },
          response: { content: "Three." },
        },
      ]);
      const answer = await ask(dialect, vendor, ["read all"], directory);
      expect(answer).toEqual({ code: 0, stdout: "Three.\n", stderr: "" });
      expect(problems(dialect, vendor)).toEqual([]);
      const items = readings(dialect, vendor)[1]?.items ?? [];
      const results = items
        .filter(({ role }) => role === "tool")
        .map(({ text }) => text.split("\n")[0]);
      expect(results).toEqual(["content of a", "content of b", "content of c"]);
    });

    test("a history of two turns with calls is one that the vendor takes", async () => {
      const directory = join(home.folder, `history-${dialect.vendor}`);
      await Bun.write(join(directory, "one.txt"), "first file\n");
      await using vendor = await startWellBehaved(dialect, [
        { match: { userMessage: "turn one", hasToolResult: false }, response: calls("one.txt") },
        { match: { userMessage: "turn one", hasToolResult: true }, response: { content: "One." } },
        {
          match: { userMessage: "turn two", hasToolResult: false },
          response: calls("missing.txt"),
        },
        { match: { userMessage: "turn two", hasToolResult: true }, response: { content: "Two." } },
      ]);
      const first = await ask(dialect, vendor, ["this is turn one"], directory);
      const second = await ask(dialect, vendor, ["-c", "this is turn two"], directory);
      expect([first.stdout, second.stdout]).toEqual(["One.\n", "Two.\n"]);
      expect(problems(dialect, vendor)).toEqual([]);
      const whole = readings(dialect, vendor)[3]?.items ?? [];
      expect(
        whole.slice(-7).map(({ role, text }) => `${role}: ${text.trim().split("\n")[0]}`),
      ).toEqual([
        "user: this is turn one",
        "assistant: ",
        "tool: first file",
        "assistant: One.",
        "user: this is turn two",
        "assistant: ",
        expect.stringMatching(/^tool: .*missing\.txt.*does not exist/),
      ]);
    });

    test("an attached image arrives with its exact bytes", async () => {
      const directory = join(home.folder, `image-${dialect.vendor}`);
      await Bun.write(join(directory, "dot.png"), Buffer.from(PNG, "base64"));
      await using vendor = await startWellBehaved(dialect, [
        { match: { userMessage: "what is this" }, response: { content: "A dot." } },
      ]);
      const answer = await ask(dialect, vendor, ["-a", "dot.png", "what is this"], directory);
      expect(answer).toEqual({ code: 0, stdout: "A dot.\n", stderr: "" });
      expect(problems(dialect, vendor)).toEqual([]);
      expect(readings(dialect, vendor).map(({ items }) => items.at(-1)?.images)).toEqual([[PNG]]);
    });
  });
}
