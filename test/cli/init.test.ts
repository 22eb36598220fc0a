// `jamey init` with a vendor on this machine: finds, asks, tries, keeps, and never waits for nobody.
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { temporaryHome } from "../support/fake-daemon.ts";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendors/server.ts";
import { filesHolding } from "../support/files-holding.ts";
import { type CliOptions, openTerminal, runCli } from "../support/run-cli.ts";

const KEY = "sk-canary-good-1";
const homes: string[] = [];

afterEach(async () => {
  for (const home of homes.splice(0)) await runCli(["daemon", "stop"], { home });
});

/** A home whose daemon does not outlive the test; no model of this machine is found. */
function freshHome(): string {
  const home = temporaryHome();
  homes.push(home);
  return home;
}

/** Answers OK to whoever has the key. */
function vendor(): Promise<FakeVendor> {
  const chunk = (delta: unknown, finish_reason: string | null) =>
    `data: ${JSON.stringify({
      id: "1",
      object: "chat.completion.chunk",
      created: 1,
      model: "tiny",
      choices: [{ index: 0, delta, finish_reason }],
    })}\n\n`;
  return startFakeVendor(({ headers }) =>
    headers.authorization === `Bearer ${KEY}`
      ? {
          type: "answer",
          headers: { "content-type": "text/event-stream" },
          pieces: [
            chunk({ role: "assistant", content: "OK" }, null),
            chunk({}, "stop"),
            "data: [DONE]\n\n",
          ],
          end: "whole",
        }
      : {
          type: "answer",
          status: 401,
          headers: { "content-type": "application/json" },
          pieces: [JSON.stringify({ error: { message: "no such key" } })],
          end: "whole",
        },
  );
}

const flags = ({ origin }: FakeVendor) => [
  ...["init", "--vendor", "compatible", "--base-url", `${origin}/v1`],
  ...["--model", "tiny", "--key-stdin", "--yes"],
];
const credentials = (home: string): string => {
  const file = `${home}/config/credentials`;
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};
const settings = (home: string): string => {
  const file = `${home}/config/daemon.yml`;
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};
describe("jamey init, with flags", () => {
  test("tries the model with the key, keeps both, and the next prompt is answered by it", async () => {
    await using fake = await vendor();
    const home = freshHome();
    const ran = await runCli([...flags(fake), "--json"], { home, stdin: `${KEY}\n` });
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(JSON.parse(ran.stdout)).toEqual({
      vendor: "compatible",
      model: "compatible/tiny",
      key_from: "the credentials file",
      stored: ["COMPATIBLE_API_KEY", "COMPATIBLE_BASE_URL"],
      settings_file: `${home}/config/daemon.yml`,
      overridden_by: null,
      tested: { answer: "OK", duration_ms: expect.any(Number) },
      restart_needed: false,
    });
    expect(credentials(home)).toBe(
      `COMPATIBLE_API_KEY="${KEY}"\nCOMPATIBLE_BASE_URL="${fake.origin}/v1"\n`,
    );
    expect((statSync(`${home}/config/credentials`).mode & 0o777).toString(8)).toBe("600");
    expect(settings(home)).toBe("model: compatible/tiny\n");
    expect(await runCli(["-p", "hi"], { home })).toEqual({ code: 0, stdout: "OK\n", stderr: "" });
    expect(filesHolding(home, KEY)).toEqual(["config/credentials"]);
    const { sessions } = JSON.parse(
      (await runCli(["sessions", "list", "--json"], { home })).stdout,
    );
    expect(sessions.length).toBe(1);
  }, 20_000);

  test("says that this shell has another key, which counts before the one that it keeps", async () => {
    await using fake = await vendor();
    const home = freshHome();
    const variables = { COMPATIBLE_API_KEY: "sk-canary-other" };
    const given = { home, variables, stdin: `${KEY}\n` };
    const ran = await runCli([...flags(fake), "--json"], given);
    expect(JSON.parse(ran.stdout).overridden_by).toBe("COMPATIBLE_API_KEY of this shell");
    expect((await runCli(flags(fake), given)).stdout).toContain(
      "But COMPATIBLE_API_KEY of this shell is another, and counts before it here: unset COMPATIBLE_API_KEY\n",
    );
  }, 20_000);

  test("keeps the address of this shell with the key that was tried there", async () => {
    await using fake = await vendor();
    const home = freshHome();
    const variables = { OPENAI_BASE_URL: `${fake.origin}/v1`, OPENAI_API_KEY: KEY };
    const args = ["init", "--vendor", "openai", "--model", "tiny", "--key-from-env", "--yes"];
    const ran = await runCli([...args, "--json"], { home, variables });
    expect([ran.code, JSON.parse(ran.stdout).stored]).toEqual([
      0,
      ["OPENAI_API_KEY", "OPENAI_BASE_URL"],
    ]);
    expect(await runCli(["-p", "hi"], { home })).toEqual({ code: 0, stdout: "OK\n", stderr: "" });
  }, 20_000);

  test("keeps nothing of a key that is refused, and ends with its exit code", async () => {
    await using fake = await vendor();
    const home = freshHome();
    const ran = await runCli([...flags(fake), "--json"], { home, stdin: "sk-canary-bad" });
    expect(ran.code).toBe(77);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      type: "error",
      error: { code: "provider_auth" },
      exit_code: 77,
    });
    expect(ran.stderr).toContain("Nothing was kept; --no-test keeps it untried.\n");
    expect([credentials(home), settings(home)]).toEqual(["", ""]);
    expect(filesHolding(home, "sk-canary-bad")).toEqual([]);
  });

  test("reaches a running daemon at once, which keeps running", async () => {
    await using fake = await vendor();
    const home = freshHome();
    await runCli(["daemon", "start"], { home });
    const ran = await runCli(flags(fake), { home, stdin: KEY });
    expect([ran.code, ran.stdout.split("\n").slice(1, 3)]).toEqual([
      0,
      [
        "Kept with mode 0600: COMPATIBLE_API_KEY, COMPATIBLE_BASE_URL.",
        "The daemon runs and reads the model when it starts: jamey daemon restart",
      ],
    ]);
    const asked = await runCli(["--model", "compatible/tiny", "-p", "hi"], { home });
    expect(asked).toEqual({ code: 0, stdout: "OK\n", stderr: "" });
  }, 20_000);

  test("replaces a key that is kept only when it is told so", async () => {
    await using fake = await vendor();
    const home = freshHome();
    const careful = flags(fake).filter((flag) => flag !== "--yes");
    expect((await runCli(careful, { home, stdin: KEY })).code).toBe(0);
    const again = await runCli(careful, { home, stdin: KEY });
    expect([again.code, again.stderr]).toEqual([
      2,
      "jamey: A key for compatible is kept already: --yes replaces it.\n",
    ]);
    expect((await runCli(flags(fake), { home, stdin: KEY })).code).toBe(0);
  }, 20_000);

  test("takes the key from the vendor's variable, untried where that is wished", async () => {
    const home = freshHome();
    const args = ["init", "--vendor", "mistral", "--key-from-env", "--no-test", "--yes", "--json"];
    const missing = await runCli(args, { home });
    expect([missing.code, missing.stderr]).toEqual([
      2,
      "jamey: --key-from-env: MISTRAL_API_KEY is not set here. Set it, or use --key-stdin.\n",
    ]);
    const variables = { MISTRAL_API_KEY: KEY, JAMEY_MODEL: "offline/guide" };
    const ran = await runCli(args, { home, variables });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      stored: ["MISTRAL_API_KEY"],
      tested: null,
      overridden_by: "JAMEY_MODEL",
    });
    expect(credentials(home)).toBe(`MISTRAL_API_KEY="${KEY}"\n`);
  }, 20_000);
});

describe("jamey init, where nobody can be asked", () => {
  const refused = async (args: string[], options: Partial<CliOptions> = {}) => {
    const { code, stdout, stderr } = await runCli(["init", ...args], {
      home: freshHome(),
      ...options,
    });
    return [code, stdout, stderr.split(" See ")[0]?.trimEnd()];
  };

  test("says at once what to give, and starts nothing", async () => {
    const home = freshHome();
    const [code, stdout, stderr] = await refused([], { home });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith("jamey: Nobody can be asked here: give --vendor NAME,");
    const made = new Bun.Glob("**").scan({ cwd: home, onlyFiles: false });
    expect(await Array.fromAsync(made)).toEqual([]);
  });

  test("names what is missing or wrong of what was given", async () => {
    const said = await Promise.all([
      refused(["--vendor", "opnai"]),
      refused(["--vendor", "openai"]),
      refused(["--vendor", "compatible", "--model", "m"]),
      refused(["--vendor", "openai", "--key-stdin", "--key-from-env"]),
      refused(["--vendor", "openai", "--key-stdin"], { stdin: "two words" }),
      refused(["--vendor", "openai", "--base-url", "file:///etc", "--key-stdin"], { stdin: KEY }),
    ]);
    expect<unknown>(said).toEqual(
      [
        "There is no vendor 'opnai'. Did you mean 'openai'?",
        "openai needs a key: give --key-from-env (OPENAI_API_KEY) or --key-stdin.",
        "compatible has no address of its own: give --base-url URL.",
        "--key-from-env and --key-stdin both name a key: give one of them.",
        "A key is one word: what came has more in it.",
        "--base-url takes an http or https address; not 'file:///etc'.",
      ].map((text) => [2, "", `jamey: ${text}`]),
    );
  }, 20_000);
});

describe("jamey init, on a terminal", () => {
  test("asks for what is missing, tries it and keeps it", async () => {
    await using fake = await vendor();
    const home = freshHome();
    const terminal = openTerminal(
      ["init", "--vendor", "mistral", "--base-url", `${fake.origin}/v1`],
      {
        home,
      },
    );
    await terminal.until("The key for mistral (MISTRAL_API_KEY)");
    terminal.type(`${KEY}\r`);
    await terminal.until("Which model of mistral?");
    terminal.type("\r");
    await terminal.until("answered: OK");
    await terminal.until('Try it: jamey "say hello"');
    expect(await terminal.child.exited).toBe(0);
    expect(credentials(home)).toContain(`MISTRAL_API_KEY="${KEY}"`);
    expect(settings(home)).toBe("model: mistral/mistral-large-latest\n");
  }, 20_000);

  test("changes nothing when the human gives up", async () => {
    const home = freshHome();
    const terminal = openTerminal(["init"], { home });
    await terminal.until("Whose model?");
    terminal.type("\u0003");
    await terminal.until("Nothing was changed.");
    expect(await terminal.child.exited).toBe(130);
    expect([credentials(home), settings(home)]).toEqual(["", ""]);
  }, 20_000);
});
