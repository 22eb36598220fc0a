// The compiled binary over TCP: as a program with curl, as a client by URL, with keys that come and go, by
// certificate, and what it refuses to begin with.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { makeCertificate } from "../support/certificates.ts";
import { type Home, openHome } from "../support/home.ts";

const longToken = "a-token-that-a-human-chose-with-care-0123456789";
const tokenFile = (home: Home) => join(home.folder, "jamey/state/run/default.token");

/** The daemon in the background, listening on a free port. */
async function startListening(
  home: Home,
  options: { flags?: string[]; variables?: Record<string, string> } = {},
): Promise<string> {
  const { flags = [], variables = {} } = options;
  const args = ["daemon", "start", "--http", "0", ...flags, "--json"];
  const { code, stdout, stderr } = await home.run(args, { variables });
  if (code !== 0) throw new Error(`the daemon did not start: ${stdout}${stderr}`);
  const status = await home.run(["daemon", "status", "--json"]);
  return String(JSON.parse(status.stdout).url);
}

async function curl(...args: string[]): Promise<{ status: number; body: string }> {
  const child = Bun.spawn(["curl", "-s", "--max-time", "20", "-w", "\n%{http_code}", ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const text = await child.stdout.text();
  await child.exited;
  const end = text.lastIndexOf("\n");
  return { status: Number(text.slice(end + 1)), body: text.slice(0, end) };
}

describe("A daemon that listens", () => {
  let home: Home;
  let url = "";
  beforeAll(async () => {
    home = await openHome();
    url = await startListening(home, { variables: { JAMEY_HTTP_ALLOW_PRIVATE: "true" } });
  }, 60_000);
  afterAll(() => home[Symbol.asyncDispose]());

  test("says where, in its status, its file and its log, and keeps a token for its user's clients", async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const status = await home.run(["daemon", "status"]);
    expect(status.stdout).toContain(url);
    expect(JSON.parse(readFileSync(join(home.state, "daemon.json"), "utf8")).url).toBe(url);
    const log = readFileSync(join(home.state, "daemon.log"), "utf8");
    expect(log).toContain(`Jamey Runtime started on ${url} `);
    expect(statSync(tokenFile(home)).mode & 0o777).toBe(0o600);
  });

  test("answers curl with a key, and without one says how to get one", async () => {
    const refused = await curl(`${url}/api/pos`);
    expect([refused.status, JSON.parse(refused.body).error.code]).toEqual([401, "unauthorized"]);
    const token = readFileSync(tokenFile(home), "utf8").trim();
    const answered = await curl(
      ...["-X", "POST", `${url}/api/pos/assistant/message`],
      ...["-H", `Authorization: Bearer ${token}`, "-d", '{"message": "/say hello there"}'],
    );
    expect([answered.status, JSON.parse(answered.body)]).toEqual([
      200,
      { po_name: "assistant", response: "hello there", session_id: expect.any(String) },
    ]);
    const page = await curl(`${url}/api/pos`, "-H", "Origin: https://evil.example");
    expect(page.status).toBe(403);
  });

  test("is a client's by URL, wherever the flag stands, with its key found by itself", async () => {
    const local = url.replace("127.0.0.1", "localhost");
    const lines = [
      ["--url", url, "run", "/say hello there"],
      ["run", "--url", `${url}/`, "/say hello there"],
      ["run", "/say hello there", "--runtime-url", `${url}//`],
      [`--runtime-url=${local}`, "run", "/say hello there"],
      ["--url", url, "/say hello there"],
    ];
    const ran = await Promise.all(lines.map((line) => home.run(line)));
    expect(ran.map(({ code, stdout }) => [code, stdout])).toEqual(
      lines.map(() => [0, "hello there\n"]),
    );
    const byVariable = await home.run(["objects", "list"], { variables: { JAMEY_URL: url } });
    expect([byVariable.code, byVariable.stdout.includes("assistant")]).toEqual([0, true]);
  });

  test("sends no key that it found by itself to another address", async () => {
    const seen: (string | null)[] = [];
    using other = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        seen.push(request.headers.get("authorization"));
        return new Response("", { status: 401 });
      },
    });
    const { code, stderr } = await home.run(["--url", `http://127.0.0.1:${other.port}`, "models"]);
    expect([code, stderr.includes("needs a key: set JAMEY_TOKEN")]).toEqual([77, true]);
    expect(seen).toEqual(seen.map(() => null));
  });

  test("lets in with a key for as long as it holds, and ends what is attached when it is revoked", async () => {
    const made = await home.run(["keys", "create", "ci", "--scope", "read", "--expires", "30d"]);
    const key = made.stdout.trim();
    expect([made.code, key, made.stderr.includes(key)]).toEqual([
      0,
      expect.stringMatching(/^jamey_[\w-]{43}$/),
      false,
    ]);
    const file = readFileSync(join(home.folder, "jamey/config/keys.yml"), "utf8");
    expect(file).not.toContain(key.slice(6));
    const variables = { JAMEY_TOKEN: key };
    const allowed = await home.run(["--url", url, "objects", "list"], { variables });
    const beyond = await home.run(["--url", url, "run", "hello"], { variables });
    expect([allowed.code, beyond.code]).toEqual([0, 77]);

    const attached = Bun.spawn([home.binary, "--url", url, "events", "--follow", "--since", "0"], {
      env: { ...home.variables, ...variables },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const reader = attached.stdout.getReader();
    await reader.read();
    const listed = JSON.parse((await home.run(["keys", "list", "--json"])).stdout);
    expect(listed.keys.map((one: { name: string }) => one.name)).toEqual(["ci"]);
    const at = performance.now();
    expect((await home.run(["keys", "revoke", "ci"])).code).toBe(0);
    while (!(await reader.read()).done);
    const stderr = await attached.stderr.text();
    expect(performance.now() - at).toBeLessThan(10_000);
    expect([await attached.exited, stderr.includes("does not know the key")]).toEqual([77, true]);
    const refused = await home.run(["--url", url, "objects", "list"], { variables });
    expect(refused.code).toBe(77);
    expect(refused.stderr).toContain("'jamey keys create NAME' makes a key");
  });

  test("is never reached by its own agents' tools", async () => {
    const line = `/http_request url=${url}/health`;
    const { stdout } = await home.run(["run", "--allow", "http_request", line]);
    expect(stdout).toBe(
      `http_request answered:\n${url}/health: jamey's own port is never reached by tools\n`,
    );
  });

  test("has its port named to the next one, with the pid of who has it", async () => {
    await using second = await openHome();
    const port = new URL(url).port;
    const own = await second.run(["serve", "--http", port]);
    expect([own.code, own.stderr.includes(`Port ${port} on 127.0.0.1 is taken`)]).toEqual([
      78,
      true,
    ]);
    await home.run(["init", "--help"]);
    const folder = join(home.folder, "jamey/data/environments/other");
    await Bun.write(join(folder, "manifest.yml"), "description: another\n");
    const neighbour = await home.run(["--env", "other", "serve", "--http", port]);
    expect(neighbour.stderr).toContain(
      `is taken by the daemon of environment 'default' (pid ${home.daemonPid()})`,
    );
  });

  test("takes its token with it when it stops, and nobody by URL starts it again", async () => {
    expect((await home.run(["daemon", "stop"])).code).toBe(0);
    expect(existsSync(tokenFile(home))).toBe(false);
    const gone = await home.run(["--url", url, "objects", "list"]);
    expect([gone.code, gone.stderr.trim()]).toEqual([
      69,
      `jamey: No jamey daemon answers at ${url}.`,
    ]);
    expect(existsSync(home.socket)).toBe(false);
  });
});

test("JAMEY_TOKEN in the daemon's environment is a key; one that could be guessed is refused", async () => {
  await using home = await openHome();
  const short = await home.run(["serve", "--http", "0"], { variables: { JAMEY_TOKEN: "short" } });
  expect([short.code, short.stderr.includes("JAMEY_TOKEN has 5 characters")]).toEqual([78, true]);
  expect(short.stderr).not.toContain("=short");
  const url = await startListening(home, { variables: { JAMEY_TOKEN: longToken } });
  const answered = await curl(`${url}/api/pos`, "-H", `x-api-key: ${longToken}`);
  expect(answered.status).toBe(200);
  const elsewhere = { JAMEY_HOME: join(home.folder, "elsewhere"), JAMEY_TOKEN: longToken };
  const client = await home.run(["--url", url, "objects", "list"], { variables: elsewhere });
  expect([client.code, existsSync(join(home.folder, "elsewhere"))]).toEqual([0, false]);
}, 60_000);

test("Another address than loopback needs a key, and then says what it shows", async () => {
  await using home = await openHome();
  const refused = await home.run(["serve", "--http", "0", "--host", "0.0.0.0"]);
  expect([refused.code, refused.stderr.includes("there is no key: make one")]).toEqual([78, true]);
  expect(existsSync(home.socket)).toBe(false);
  const variables = {
    JAMEY_CONNECTORS_HTTP_ENABLED: "true",
    JAMEY_CONNECTORS_HTTP_HOST: "0.0.0.0",
  };
  const agent = { ...variables, JAMEY_CALL_ID: "call_1" };
  const denied = await home.run(["keys", "create", "mine"], { variables: agent });
  expect([denied.code, denied.stderr.includes("for humans")]).toEqual([77, true]);
  const made = await home.run(["keys", "create", "first"], { variables });
  expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^jamey_\S+\n$/)]);
  const url = await startListening(home, { flags: ["--host", "0.0.0.0"] });
  const asked = await curl(`${url}/api/pos`, "-H", `x-api-key: ${made.stdout.trim()}`);
  expect(asked.status).toBe(200);
  const log = readFileSync(join(home.state, "daemon.log"), "utf8");
  expect(log).toContain(`whoever reaches this machine and has a key can read all conversations`);
  expect(log).toContain("without TLS keys and conversations travel readable");
  expect((await curl(`${url}/health`)).status).toBe(200);
}, 60_000);

test("Strangers who take every connection keep this user's own clients out for no time", async () => {
  await using home = await openHome({
    JAMEY_CONNECTORS_HTTP_ENABLED: "true",
    JAMEY_CONNECTORS_HTTP_PORT: "0",
  });
  // So few descriptors that a thousand strangers are far too many.
  const program = ["bash", "-c", `ulimit -n 300; exec "${home.binary}" "$@"`, "jamey"];
  const served = await home.serve({}, { program });
  const { url } = JSON.parse((await home.run(["daemon", "status", "--json"])).stdout);
  const port = Number(new URL(url).port);
  const strangers = Array.from({ length: 1_000 }, () => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nX: "));
    return socket.on("error", () => undefined);
  });
  while (!served.stderr().includes("too many connections")) await Bun.sleep(10);
  const own = await home.run(["run", "/say still here"]);
  expect([own.code, own.stdout]).toEqual([0, "still here\n"]);
  for (const socket of strangers) socket.destroy();
  const remote = await home.run(["--url", url, "run", "/say here too"]);
  expect([remote.code, remote.stdout]).toEqual([0, "here too\n"]);
  expect(await served.stop()).toBe(0);
}, 60_000);

test("A certificate makes it HTTPS, for curl and for clients that trust it", async () => {
  await using home = await openHome();
  const { cert, key } = await makeCertificate(home.folder, "own");
  const url = await startListening(home, { flags: ["--tls-cert", cert, "--tls-key", key] });
  expect(url).toStartWith("https://127.0.0.1:");
  const token = readFileSync(tokenFile(home), "utf8").trim();
  const answered = await curl(
    ...["--cacert", cert, `${url}/api/pos`, "-H", `Authorization: Bearer ${token}`],
  );
  expect(answered.status).toBe(200);
  const trusting = { NODE_EXTRA_CA_CERTS: cert };
  const trusted = await home.run(["--url", url, "objects", "list"], { variables: trusting });
  expect([trusted.code, trusted.stdout.includes("assistant")]).toEqual([0, true]);
  const wary = await home.run(["--url", url, "objects", "list"]);
  expect([wary.code, wary.stderr.includes("NODE_EXTRA_CA_CERTS")]).toEqual([69, true]);
}, 60_000);

test("A certificate for a name alone is taken under that name, and the other is said to be wrong", async () => {
  await using home = await openHome();
  const { cert, key } = await makeCertificate(home.folder, "named", "DNS:localhost");
  const url = await startListening(home, { flags: ["--tls-cert", cert, "--tls-key", key] });
  const variables = { NODE_EXTRA_CA_CERTS: cert };
  const named = url.replace("127.0.0.1", "localhost");
  const taken = await home.run(["--url", named, "objects", "list"], { variables });
  expect([taken.code, taken.stdout.includes("assistant")]).toEqual([0, true]);
  const other = await home.run(["--url", url, "objects", "list"], { variables });
  expect([other.code, other.stderr.includes("is for other names")]).toEqual([69, true]);
  expect(other.stderr).not.toContain("NODE_EXTRA_CA_CERTS");
}, 60_000);

test("A name that the daemon does not answer to is no question of a key", async () => {
  await using home = await openHome();
  const url = await startListening(home);
  // What stands between passes on another name than the one the daemon has.
  const listening = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    development: false,
    fetch: (request) =>
      fetch(`${url}${new URL(request.url).pathname}`, { headers: { host: "elsewhere.example" } }),
  });
  const refused = await home.run(["--url", String(listening.url), "objects", "list"]);
  await listening.stop(true);
  expect([refused.code, refused.stderr.includes("--allow-host")]).toEqual([78, true]);
}, 60_000);
