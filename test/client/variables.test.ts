// What of a caller's environment crosses over to the daemon: with each client, and into a daemon it starts.
import { describe, expect, test } from "bun:test";
import { daemonVariables, providerVariables } from "../../src/client/variables.ts";
import { PROVIDER_VARIABLES } from "../../src/protocol/variables.ts";
import { type Vendor, vendors } from "../../src/providers/vendors.ts";

describe("the variables that a client hands over", () => {
  test("name the key and the address of every vendor, and what Azure reads besides", () => {
    const rows: Vendor[] = Object.values(vendors);
    const read = rows.flatMap((row) => [row.key_variable, row.base_url_variable]);
    const named = new Set(read.filter((name) => name !== null));
    const known = new Set(PROVIDER_VARIABLES);
    expect(named.size).toBeGreaterThan(20);
    expect([...named.difference(known)]).toEqual([]);
    expect([...known.difference(named)]).toEqual(["OPENAI_API_VERSION", "JAMEY_MODEL"]);
  });

  test("are those with a value, and none else", () => {
    const variables = { OPENAI_API_KEY: "k", GROQ_API_KEY: "", JAMEY_MODEL: "a/b", HOME: "/h" };
    expect(providerVariables(variables)).toEqual({ OPENAI_API_KEY: "k", JAMEY_MODEL: "a/b" });
  });
});

describe("the environment of a daemon that a client starts", () => {
  test("has nothing that counts for this one caller, and nothing that changes the runtime", () => {
    const variables = {
      PATH: "/bin",
      OPENAI_API_KEY: "k",
      JAMEY_HOME: "/j",
      JAMEY_MODEL: "a/mine",
      JAMEY_CALL_ID: "call",
      JAMEY_JOURNAL_ID: "journal",
      NODE_OPTIONS: "--require x",
      LD_PRELOAD: "x.so",
      NOTHING: undefined,
    };
    expect(daemonVariables(variables)).toEqual({
      PATH: "/bin",
      OPENAI_API_KEY: "k",
      JAMEY_HOME: "/j",
      BUN_CONFIG_MAX_HTTP_REQUESTS: "4096",
    });
  });
});
