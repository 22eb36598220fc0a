// One-shots of the compiled binary against a whole daemon: files, sessions, permissions, limits.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, type Home, openHome } from "../support/home.ts";

const TEST_TIMEOUT_MS = 60_000;
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

let home: Home;
beforeAll(async () => {
  home = await openHome();
}, TEST_TIMEOUT_MS);
afterAll(async () => await home[Symbol.asyncDispose]());

const write = (path: string, content: string | Uint8Array) => {
  const whole = join(home.workspace, path);
  mkdirSync(join(whole, ".."), { recursive: true });
  writeFileSync(whole, content);
};

const run = async (...args: string[]): Promise<Finished> => await home.run(args);
/** The `result` object of a run that prints JSON. */
const result = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);
/** What would be sent. */
const message = async (...args: string[]): Promise<string> =>
  (await result("--dry-run", "-n", ...args)).message;
const failure = ({ code, stderr }: Finished): [number | null, string] => [code, stderr];

describe("-f", () => {
  test("takes a folder's text files in order, and leaves out what is none of its own", async () => {
    write("tree/b.md", "B\n");
    write("tree/a.txt", "A\n");
    write("tree/deep/c.txt", "C\n");
    write("tree/deep/built.log", "no\n");
    write("tree/out/x.txt", "no\n");
    write("tree/.gitignore", "*.log\n/out/\n");
    write("tree/.secret/key", "no\n");
    write("tree/node_modules/m/index.js", "no\n");
    write("tree/picture.png", PNG);
    write("tree/binary", new Uint8Array([1, 0, 2]));
    symlinkSync("/etc/passwd", join(home.workspace, "tree/passwd"));
    const files = ["tree/a.txt", "tree/b.md", "tree/deep/c.txt"];
    const blocks = files.map(
      (path, at) => `<file name="${path}" bytes="2">\n${"ABC"[at]}\n</file>`,
    );
    expect(await message("-p", "x", "-f", "tree")).toBe(["x", ...blocks].join("\n\n"));
    expect(await message("-p", "x", "-f", "tree/**/*.txt", "-f", "tree/a.txt")).toBe(
      ["x", blocks[0], blocks[2]].join("\n\n"),
    );
  });

  test("fetches what http and https have, and nothing else", async () => {
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      routes: {
        "/text": new Response("page\n"),
        "/there": Response.redirect("/text"),
        "/round": Response.redirect("/round"),
        "/file": new Response(null, { status: 302, headers: { location: "file:///etc/passwd" } }),
        "/gone": new Response("", { status: 404 }),
        "/busy": new Response("", { status: 503 }),
        "/large": new Response(new Uint8Array(11 * 1024 * 1024)),
        "/image": new Response(PNG),
      },
    });
    try {
      const at = (path: string) => `http://127.0.0.1:${server.port}/${path}`;
      expect(await message("-p", "x", "-f", at("there"))).toBe(
        `x\n\n<file name="${at("there")}" bytes="5">\npage\n</file>`,
      );
      const { attachments } = await result("--dry-run", "-n", "-p", "x", "-a", at("image"));
      expect(attachments).toEqual([{ media_type: "image/png", name: "image", bytes: 8 }]);
      const rows: [string, number, string][] = [
        [at("round"), 66, "leads through more than 5 redirects"],
        [at("file"), 66, "leads to file:///etc/passwd: that is not followed"],
        [at("gone"), 66, "answered 404"],
        [at("busy"), 69, "answered 503"],
        [at("large"), 65, "more than 10 MiB"],
        [at("image"), 65, "is no text (image/png)"],
        ["file:///etc/passwd", 2, "file:// is not fetched"],
        [at("text").replace("//", "//user:secret@"), 2, "An address with a password"],
      ];
      for (const [address, code, words] of rows) {
        const ended = await run("-n", "-p", "x", "-f", address);
        expect([address, ended.code, ended.stderr.includes(words)]).toEqual([address, code, true]);
      }
    } finally {
      await server.stop(true);
    }
  });

  test("says what is missing or too much before anything is fetched or sent", async () => {
    let asked = 0;
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => {
        asked += 1;
        return new Response("x");
      },
    });
    write("two.gif", PNG);
    for (let number = 0; number < 501; number += 1) write(`many/${number}.txt`, "x");
    try {
      const address = `http://127.0.0.1:${server.port}/`;
      const rows: [string[], number, string][] = [
        [["-f", "none"], 66, "jamey: Cannot read none: there is no such file.\n"],
        [["-f", "none*"], 66, "jamey: No file fits none*.\n"],
        [["-a", "none.png"], 66, "jamey: Cannot read none.png: there is no such file.\n"],
        [["--prompt-file", "none"], 66, "jamey: Cannot read none: there is no such file.\n"],
        [
          ["-f", "many"],
          65,
          "jamey: -f names more than 500 text files. Name a smaller folder, or a pattern.\n",
        ],
      ];
      for (const [args, code, stderr] of rows) {
        const ended = await run("-n", "-p", "x", "-f", address, ...args);
        expect(failure(ended)).toEqual([code, stderr]);
      }
      expect(asked).toBe(0);
    } finally {
      await server.stop(true);
    }
  });
});

describe("a prompt", () => {
  test("is put together from -p, its file and words; @path counts only with --expand-at", async () => {
    write("ask.txt", "from a file\n");
    write("n.txt", "N\n");
    const args = ["run", "-p", "see @n.txt.", "--prompt-file", "ask.txt", "and", "words"];
    const plain = "see @n.txt.\n\nfrom a file\n\nand words";
    expect(await message(...args)).toBe(plain);
    expect(await message(...args, "--expand-at")).toBe(
      `${plain}\n\n<file name="n.txt" bytes="2">\nN\n</file>`,
    );
    const ended = await run("-n", "-p", "mail @nobody", "--expand-at");
    expect(failure(ended)).toEqual([66, "jamey: Cannot read nobody: there is no such file.\n"]);
  });

  test("with an image for a model that reads only text is refused before it is sent", async () => {
    write("image.png", PNG);
    const args = ["-n", "-p", "x", "-a", "image.png"];
    const ended = await run(...args, "--model", "openai/gpt-3.5-turbo");
    expect(failure(ended)).toEqual([
      65,
      "jamey: openai/gpt-3.5-turbo reads text only, and the message has an image. Choose another model (--model).\n",
    ]);
    write("unknown.bin", "GIF?");
    const forced = await run("-n", "-p", "x", "-a", "unknown.bin", "--mime", "image/gif");
    expect(forced.code).toBe(0);
    const wrong = await run("-n", "-p", "x", "-a", "unknown.bin", "--mime", "application/pdf");
    expect([wrong.code, wrong.stderr.includes("not 'application/pdf'")]).toEqual([65, true]);
    expect((await run("-n", "-p", "x", "--mime", "image/gif")).code).toBe(2);
  });
});

describe("a session", () => {
  test("with an id of one's own is begun once and then gone on with", async () => {
    const id = crypto.randomUUID();
    const args = ["-n", "--session-id", id, "--name", "mine"];
    const first = await result(...args, "-p", "/say one");
    const second = await result(...args, "-p", "/say two");
    expect([first.session_id, second.session_id]).toEqual([id, id]);
    const { messages, name } = await session(id);
    expect([messages, name]).toEqual([["/say one", "one", "/say two", "two"], "mine"]);
  });

  test("is gone on with by -c, by id, by its beginning and by name; and copied by --fork", async () => {
    const { session_id } = await result("-n", "-p", "/say one", "--name", "the one");
    const here = await result("-n", "-p", "/say two", "-c");
    const byName = await result("-n", "-p", "/say three", "-r", "the one");
    const byStart = await result("-n", "-p", "/say four", "-r", session_id.slice(0, 12));
    expect([here, byName, byStart].map((one) => one.session_id)).toEqual([
      session_id,
      session_id,
      session_id,
    ]);
    const copy = await result(
      "-n",
      "-p",
      "/say five",
      "-r",
      session_id,
      "--fork",
      "--name",
      "copy",
    );
    expect(copy.session_id).not.toBe(session_id);
    const said = ["/say one", "one", "/say two", "two", "/say three", "three", "/say four", "four"];
    expect((await session(session_id)).messages).toEqual(said);
    expect(await session(copy.session_id)).toEqual({
      messages: [...said, "/say five", "five"],
      name: "copy",
    });
  });

  test("that is not saved is gone with its answer", async () => {
    const { session_id, text } = await result("-n", "-p", "/say one", "--no-save");
    expect(text).toBe("one");
    expect((await run("sessions", "show", session_id)).code).toBe(1);
  });

  test("takes what fits together, and names what does not", async () => {
    const rows: [string[], string][] = [
      [["--fork"], "--fork needs the session"],
      [["-c", "--name", "x"], "--name is for a new session"],
      [["-c", "--no-save"], "--no-save is for a new session"],
      [["-r", "x", "-P", "a=b"], "-P is for a new session"],
      [["--no-save", "--session-id", "12345678"], "--no-save and --session-id"],
      [["-P", "a=b", "--system", "s"], "-P fills the object's prompt"],
      [["-P", "ab"], "-P takes key=value"],
      [["-P", "a=b", "-P", "a=c"], "-P gives 'a' twice"],
    ];
    for (const [args, words] of rows) {
      const ended = await run("-n", "-p", "x", ...args);
      expect([args, ended.code, ended.stderr.startsWith(`jamey: ${words}`)]).toEqual([
        args,
        2,
        true,
      ]);
    }
  });

  test("has one writer at a time: the second waits and says so", async () => {
    const { session_id } = await result("-n", "-p", "/say begun");
    write(
      "slow.yml",
      "- text: slow answer\n  delay_ms: { first: 1500, between: 1 }\n  repeat: true\n",
    );
    const slow = run("-n", "-p", "first", "-r", session_id, "--model", "scripted/slow.yml");
    await untilWorking(session_id);
    const second = run("-n", "-p", "/say second", "-r", session_id, "--model", "offline/guide");
    const ended = await Promise.all([slow, second]);
    expect(ended.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [0, "slow answer\n", ""],
      [0, "second\n", "waiting for the turn that runs in this session\n"],
    ]);
    expect((await session(session_id)).messages).toEqual([
      "/say begun",
      "begun",
      "first",
      "slow answer",
      "/say second",
      "second",
    ]);
  });
});

async function session(id: string): Promise<{ messages: string[]; name: string | null }> {
  const wire = await home.connect();
  const { session: found } = (await wire.ask("GetSession", { session_id: id })) as {
    session: { conversation: { content: string }[]; name: string | null };
  };
  wire.close();
  return { messages: found.conversation.map(({ content }) => content), name: found.name };
}

/** Its model has been asked: the turn that is under way now is in no hurry. */
async function untilWorking(session_id: string): Promise<void> {
  const wire = await home.connect();
  const events = await wire.follow({ session_id, event_types: ["ModelCallStarted"], after: 0 });
  await events.when("the second turn runs", () => events.frames.filter(isCall).length === 2);
  wire.close();
}

const isCall = ({ event_type }: { event_type?: string }): boolean =>
  event_type === "ModelCallStarted";
