// What vendors do wrong, through the compiled binary: each fault ends with exactly the right text on stdout
// or with the right exit code and a message that says what to do. Never a hang, never an empty success, and
// never the key.
// Method: a server on a raw socket that does what no proper server does, in the dialect of each vendor.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Dialect, dialects } from "../support/fake-vendors/dialects.ts";
import {
  type Asked,
  type FakeVendor,
  type Reply,
  refusingOrigin,
  startFakeVendor,
} from "../support/fake-vendors/server.ts";
import { filesHolding } from "../support/files-holding.ts";
import { type Finished, type Home, openHome } from "../support/home.ts";
import { commandLine } from "../support/processes.ts";

const KEY = "sk-canary-5b7e21c04f";
const ATTEMPTS = 3;
const TEXT = "All of it arrived, every word.";

const settings = {
  OLLAMA_API_KEY: KEY,
  JAMEY_LIMITS_MAX_MODEL_ATTEMPTS: String(ATTEMPTS),
  JAMEY_LIMITS_RETRY_BASE_MS: "5",
};

/** `hasty` waits for a vendor so briefly that it gives up within the test. */
let patient: Home;
let hasty: Home;
beforeAll(async () => {
  patient = await openHome(settings);
  hasty = await openHome({
    ...settings,
    JAMEY_PROVIDER_FIRST_BYTE_TIMEOUT_MS: "100",
    JAMEY_PROVIDER_IDLE_TIMEOUT_MS: "100",
  });
});
afterAll(async () => {
  await patient[Symbol.asyncDispose]();
  await hasty[Symbol.asyncDispose]();
});

const whole = (dialect: Dialect, pieces = dialect.encode({ text: TEXT, calls: [] })): Reply => ({
  type: "answer",
  headers: { "content-type": dialect.content_type },
  pieces,
  end: "whole",
});

/** The first half of an answer: some text, and nothing that says it is finished. */
function firstHalf(dialect: Dialect): string[] {
  const pieces = dialect.encode({ text: TEXT, calls: [] });
  return pieces.slice(0, Math.floor(pieces.length / 2));
}

const half = (dialect: Dialect, end: "whole" | "cut" | "silent"): Reply => ({
  type: "answer",
  headers: { "content-type": dialect.content_type },
  pieces: firstHalf(dialect),
  end,
});

const status = (
  dialect: Dialect,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Reply => ({
  type: "answer",
  status: code,
  headers: { "content-type": "application/json", ...headers },
  pieces: [dialect.error(message, "some_error")],
  end: "whole",
});

const body = (content_type: string, ...pieces: string[]): Reply => ({
  type: "answer",
  headers: { "content-type": content_type },
  pieces,
  end: "whole",
});

interface Fault {
  name: string;
  isHasty?: boolean;
  reply(dialect: Dialect, asked: Asked): Reply;
  code: number;
  stdout: string;
  /** What stderr must say. */
  says(dialect: Dialect): (string | RegExp)[];
  requests: number;
}

const faults: Fault[] = [
  {
    name: "a stream that is cut once is asked for again, and only the whole answer shows",
    reply: (dialect, { count }) => (count === 1 ? half(dialect, "cut") : whole(dialect)),
    code: 0,
    stdout: `${TEXT}\n`,
    says: () => [],
    requests: 2,
  },
  {
    name: "a vendor that is down for a moment is asked again",
    reply: (dialect, { count }) =>
      count === 1
        ? status(dialect, 503, "down")
        : count === 2
          ? { type: "hang_up" }
          : whole(dialect),
    code: 0,
    stdout: `${TEXT}\n`,
    says: () => [],
    requests: 3,
  },
  {
    name: "a stream that is always cut ends as unavailable",
    reply: (dialect) => half(dialect, "cut"),
    code: 69,
    stdout: "",
    says: ({ base_url_variable }) => [base_url_variable],
    requests: ATTEMPTS,
  },
  {
    name: "a stream that ends politely in the middle is no answer",
    reply: (dialect) => half(dialect, "whole"),
    code: 69,
    stdout: "",
    says: ({ base_url_variable }) => ["stopped before it was finished", base_url_variable],
    requests: ATTEMPTS,
  },
  {
    name: "an empty body is no answer",
    reply: (dialect) => body(dialect.content_type),
    code: 69,
    stdout: "",
    says: ({ base_url_variable }) => [base_url_variable],
    requests: ATTEMPTS,
  },
  {
    name: "a malformed body is no answer",
    reply: (dialect) => body(dialect.content_type, "data: {not json", "\n\nevent: \u0000\n\n{]\n"),
    code: 69,
    stdout: "",
    says: ({ vendor }) => [vendor],
    requests: ATTEMPTS,
  },
  {
    name: "a web page is no answer, and the address is what to check",
    reply: () => body("text/html; charset=utf-8", "<!doctype html><h1>Welcome to the proxy</h1>"),
    code: 69,
    stdout: "",
    says: ({ base_url_variable }) => ["web page", base_url_variable],
    requests: ATTEMPTS,
  },
  {
    name: "a vendor that always fails ends as temporary",
    reply: (dialect) => status(dialect, 500, "something broke inside"),
    code: 75,
    stdout: "",
    says: () => ["500", "something broke inside"],
    requests: ATTEMPTS,
  },
  {
    name: "a vendor that never sends a first byte is given up",
    isHasty: true,
    reply: () => ({ type: "never" }),
    code: 69,
    stdout: "",
    says: ({ vendor }) => [vendor, /first byte|no answer|did not begin|nothing/i],
    requests: ATTEMPTS,
  },
  {
    name: "a stream that goes silent is given up",
    isHasty: true,
    reply: (dialect) => half(dialect, "silent"),
    code: 69,
    stdout: "",
    says: ({ vendor }) => [vendor, /silent|nothing|no more|stopped/i],
    requests: ATTEMPTS,
  },
  {
    name: "a key that is not accepted is named by its variable, once, and never shown",
    reply: (dialect) => status(dialect, 401, `Incorrect API key provided: ${KEY}.`),
    code: 77,
    stdout: "",
    says: ({ key_variable }) => [key_variable],
    requests: 1,
  },
  {
    name: "a model that does not exist is a matter of configuration",
    reply: (dialect) => status(dialect, 404, "no such model"),
    code: 78,
    stdout: "",
    says: () => ["test-model"],
    requests: 1,
  },
  {
    name: "an answer without any content is not a success",
    reply: (dialect) => whole(dialect, dialect.encode({ text: "", calls: [] })),
    code: 5,
    stdout: "",
    says: () => [/empty|nothing/i],
    requests: 1,
  },
];

interface Shown {
  finished: Finished;
  vendor: FakeVendor;
}

async function ask(home: Home, dialect: Dialect, reply: Fault["reply"]): Promise<Shown> {
  await using vendor = await startFakeVendor((asked) => reply(dialect, asked));
  return { finished: await askAt(home, dialect, vendor.origin), vendor };
}

async function askAt(home: Home, dialect: Dialect, origin: string, args: string[] = []) {
  return await home.run(["--model", dialect.model, ...args, "tell me everything"], {
    variables: dialect.variables(origin, KEY),
  });
}

for (const dialect of dialects) {
  describe(dialect.vendor, () => {
    for (const fault of faults) {
      test(fault.name, async () => {
        const home = fault.isHasty ? hasty : patient;
        const { finished, vendor } = await ask(home, dialect, fault.reply);
        const { code, stdout, stderr } = finished;
        const requests = vendor.asked.length;
        const { code: expected, stdout: text } = fault;
        expect({ code, stdout, requests }).toEqual({
          ...{ code: expected, stdout: text, requests: fault.requests },
        });
        const needed = fault.says(dialect);
        for (const words of needed) expect(stderr).toMatch(words);
        expect(stderr.startsWith("jamey: ")).toBe(needed.length > 0);
        expect(stdout + stderr).not.toContain(KEY);
      });
    }

    test("a rate limit is waited out for as long as the vendor asks", async () => {
      const { finished, vendor } = await ask(patient, dialect, (_dialect, { count }) =>
        count === 1 ? status(dialect, 429, "slow down", { "retry-after": "1" }) : whole(dialect),
      );
      expect(finished).toEqual({ code: 0, stdout: `${TEXT}\n`, stderr: "" });
      const [first, second, ...more] = vendor.asked.map(({ at }) => at);
      expect(more).toEqual([]);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
    });

    test("a vendor at whose address nobody listens is named with that address", async () => {
      const origin = await refusingOrigin();
      const { code, stdout, stderr } = await askAt(patient, dialect, origin);
      expect({ code, stdout }).toEqual({ code: 69, stdout: "" });
      expect(stderr).toContain(origin);
      expect(stderr).toContain(dialect.base_url_variable);
    });

    test("a call that was cut in its middle is never run", async () => {
      const file = join(patient.workspace, `cut-${dialect.vendor}`);
      const args = { command: `echo ran > ${file}` };
      const pieces = dialect.encode({ text: "", calls: [{ id: "call_1", name: "shell", args }] });
      const toFinish = dialect.vendor === "ollama" ? 1 : dialect.vendor === "anthropic" ? 2 : 3;
      await using vendor = await startFakeVendor(({ count }) =>
        count === 1
          ? { ...whole(dialect, pieces.slice(0, -toFinish)), end: "cut" }
          : whole(dialect),
      );
      const finished = await askAt(patient, dialect, vendor.origin, ["--allow", "shell"]);
      expect(finished).toEqual({ code: 0, stdout: `${TEXT}\n`, stderr: "" });
      expect(existsSync(file)).toBe(false);
    });
  });
}

describe("the key", () => {
  test("is in no file and no command line after answers, faults and echoes of it", async () => {
    await using home = await openHome(settings);
    for (const dialect of dialects) {
      const replies: Fault["reply"][] = [
        () => whole(dialect),
        () => status(dialect, 401, `Incorrect API key provided: ${KEY}.`),
        () => status(dialect, 500, `bad header: Authorization: Bearer ${KEY}`),
        () => body("text/plain", `who sent ${KEY}?`),
      ];
      for (const reply of replies) {
        const { finished } = await ask(home, dialect, reply);
        expect(finished.stdout + finished.stderr).not.toContain(KEY);
      }
    }
    expect(filesHolding(home.folder, KEY)).toEqual([]);
    // It is looked where all is kept.
    const holding = filesHolding(home.folder, "tell me everything");
    expect(holding.some((path) => join(home.folder, path).startsWith(home.database))).toBe(true);
    expect(commandLine(home.daemonPid())).not.toContain(KEY);
  });
});
