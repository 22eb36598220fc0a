// A daemon named by URL: which URLs there are, and to whom the local token is shown.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressOf, connectTo, findUrl, isReadable } from "../../src/client/address.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import type { EnvironmentPlaces } from "../../src/protocol/places.ts";
import { openFakeRemote } from "../support/fake-remote.ts";

const root = mkdtempSync(join(tmpdir(), "jamey-address-"));
afterAll(() => rmSync(root, { recursive: true }));

const refusal = (text: string) => {
  try {
    return findUrl(text, {});
  } catch (thrown) {
    return thrown instanceof JameyError ? thrown.code : "?";
  }
};

describe("the URL", () => {
  test.each([
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
    ["http://127.0.0.1:8080///", "http://127.0.0.1:8080"],
    ["https://Jamey.Example.com", "https://jamey.example.com"],
    ["https://jamey.example.com:443/", "https://jamey.example.com"],
    ["http://[::1]:9", "http://[::1]:9"],
  ])("%p is %p", (text, url) => {
    expect(findUrl(text, {})).toBe(url);
  });

  test.each([
    "",
    "127.0.0.1:8080",
    "localhost:8080",
    "ftp://a",
    "ws://a",
    "file:///etc/passwd",
    "http://key@a",
    "http://:key@a",
    "http://a/path",
    "http://a/?to=b",
    "http://a/#b",
  ])("%p is refused", (text) => {
    expect(refusal(text)).toBe("invalid_request");
  });

  test("of the flag comes before that of the variable; none is none", () => {
    const variables = { JAMEY_URL: "http://b:2/" };
    expect(findUrl("http://a:1", variables)).toBe("http://a:1");
    expect(findUrl(undefined, variables)).toBe("http://b:2");
    expect(findUrl(undefined, { JAMEY_URL: "" })).toBeUndefined();
  });
});

function openPlaces(about: unknown, token = "local-token\n"): EnvironmentPlaces {
  const folder = mkdtempSync(join(root, "e-"));
  const state = join(folder, ".state");
  mkdirSync(state);
  const text = typeof about === "string" ? about : JSON.stringify(about);
  writeFileSync(join(state, "daemon.json"), text);
  writeFileSync(join(folder, "x.token"), token);
  return {
    id: "x",
    folder,
    state,
    run: folder,
    socket: join(folder, "x.sock"),
    token: join(folder, "x.token"),
  };
}

describe("the local token", () => {
  const own = openPlaces({ pid: 1, url: "http://127.0.0.1:8080" });
  const at = (url: string, places = own, variables = {}) => addressOf(url, { variables, places });

  test("goes to the daemon that wrote it", () => {
    expect(at("http://127.0.0.1:8080")).toEqual({
      url: "http://127.0.0.1:8080",
      token: "local-token",
    });
  });

  test("goes to the address that the daemon wrote where `localhost` is asked for", () => {
    expect(at("http://localhost:8080")).toEqual({
      url: "http://127.0.0.1:8080",
      token: "local-token",
    });
  });

  test("goes with TLS under the name that was asked for, which the certificate is held to", () => {
    const places = openPlaces({ pid: 1, url: "https://127.0.0.1:8080" });
    const urls = ["https://localhost:8080", "https://127.0.0.1:8080"];
    expect(urls.map((url) => at(url, places))).toEqual(
      urls.map((url) => ({ url, token: "local-token" })),
    );
  });

  test.each([
    "http://127.0.0.1:8081",
    "https://127.0.0.1:8080",
    "http://127.0.0.2:8080",
    "http://[::1]:8080",
    "http://127.0.0.1.evil.example:8080",
    "http://localhost.evil.example:8080",
    "http://evil.example:8080",
    "http://0.0.0.0:8080",
  ])("goes nowhere else: not to %p", (url) => {
    expect(at(url)).toEqual({ url, token: undefined });
  });

  test("goes to no other machine, whatever daemon.json says", () => {
    const places = openPlaces({ url: "http://evil.example:8080" });
    expect(at("http://evil.example:8080", places).token).toBeUndefined();
    expect(at("http://localhost:8080", places).token).toBeUndefined();
  });

  test.each([["null"], ["{"], ["[]"], ['{"url":null}'], ['{"url":"no"}'], [""]])(
    "goes nowhere where daemon.json reads %p",
    (about) => {
      expect(at("http://127.0.0.1:8080", openPlaces(about)).token).toBeUndefined();
    },
  );

  test("is not looked for where JAMEY_TOKEN says which key to use", () => {
    const variables = { JAMEY_TOKEN: "mine" };
    expect(at("http://evil.example", own, variables)).toEqual({
      url: "http://evil.example",
      token: "mine",
    });
  });

  test("is no secret that anybody could read on the way, but another key may be", () => {
    const readable = (url: string, token: string | undefined) => isReadable({ url, token });
    expect([
      readable("http://127.0.0.1:1", "k"),
      readable("http://a.example", "k"),
      readable("https://a.example", "k"),
      readable("http://a.example", undefined),
    ]).toEqual([false, true, false, false]);
  });
});

describe("attaching to a daemon elsewhere", () => {
  const introduction = {
    client: "cli",
    workspace: "/home/me/secret-project",
    variables: { OPENAI_API_KEY: "sk-canary" },
    call_id: "call_1",
  };

  test("tells nothing of our folder and our keys, but that an agent asks", async () => {
    await using remote = openFakeRemote({ type: "greets" });
    const connection = await connectTo({ url: remote.url, token: "mine" }, introduction);
    connection.close();
    expect(remote.authorization()).toBe("Bearer mine");
    expect(JSON.parse(remote.attach())).toMatchObject({
      type: "attach",
      workspace: null,
      variables: {},
      call_id: "call_1",
    });
  });

  const failure = async (url: string, token: string | undefined) => {
    try {
      const connection = await connectTo({ url, token }, introduction);
      connection.close();
      return "connected";
    } catch (thrown) {
      return thrown instanceof JameyError ? `${thrown.code}: ${thrown.message}` : String(thrown);
    }
  };

  test("says what to do where a key is missing, or is not known", async () => {
    await using remote = openFakeRemote({ type: "answers", status: 401, body: "{}" });
    expect(await failure(remote.url, undefined)).toBe(
      `unauthorized: ${remote.url} needs a key: set JAMEY_TOKEN. If another environment's daemon listens there, name it: --env NAME. 'jamey keys create NAME' makes a key.`,
    );
    expect(await failure(remote.url, "wrong")).toBe(
      `unauthorized: ${remote.url} does not know the key that it was shown: set JAMEY_TOKEN to one that holds. If another environment's daemon listens there, name it: --env NAME. 'jamey keys create NAME' makes a key.`,
    );
  });

  test("passes on why the daemon refuses", async () => {
    const body = JSON.stringify({ error: { code: "forbidden", message: "Not that name." } });
    await using remote = openFakeRemote({ type: "answers", status: 403, body });
    expect(await failure(remote.url, "mine")).toBe(`config_invalid: ${remote.url}: Not that name.`);
  });

  test("goes nowhere else when it is sent there", async () => {
    await using elsewhere = openFakeRemote({ type: "answers", status: 401, body: "{}" });
    await using remote = openFakeRemote({ type: "redirects", to: elsewhere.url });
    expect(await failure(remote.url, "mine")).toStartWith("unavailable: ");
    expect(elsewhere.requests()).toBe(0);
  });

  test("says that nobody answers where nobody does, or somebody else", async () => {
    const gone = openFakeRemote({ type: "greets" });
    await gone[Symbol.asyncDispose]();
    expect(await failure(gone.url, "mine")).toBe(
      `unavailable: No jamey daemon answers at ${gone.url}.`,
    );
    await using page = openFakeRemote({ type: "answers", status: 200, body: "<html>" });
    expect(await failure(page.url, "mine")).toStartWith("unavailable: No jamey daemon answers at");
  });
});
