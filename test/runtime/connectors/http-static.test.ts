// The static folder: what is in it and nothing else, and never in front of a route.
import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStaticFiles } from "../../../src/runtime/connectors/http/static-files.ts";
import { codeOf, openApi } from "../../support/api.ts";

function makeFolder() {
  const outside = mkdtempSync(join(tmpdir(), "jamey-static-"));
  const folder = join(outside, "public");
  for (const path of ["sub", "api", "empty", ".git"])
    mkdirSync(join(folder, path), { recursive: true });
  const files: Record<string, string> = {
    "index.html": "<h1>hello</h1>",
    "app.js": "run()",
    "größe 1.txt": "text",
    health: "not this",
    "api/pos": "not this",
    "sub/index.html": "sub",
    ".env": "SECRET",
    ".git/config": "SECRET",
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  writeFileSync(join(outside, "secret.txt"), "SECRET");
  mkdirSync(join(outside, "public-but-not"));
  writeFileSync(join(outside, "public-but-not", "secret.txt"), "SECRET");
  symlinkSync(join(outside, "secret.txt"), join(folder, "link.txt"));
  symlinkSync(outside, join(folder, "up"));
  symlinkSync(join(folder, ".env"), join(folder, "env.txt"));
  symlinkSync(join(folder, "app.js"), join(folder, "inner.js"));
  symlinkSync("/dev/zero", join(folder, "zero"));
  return { folder, [Symbol.dispose]: () => rmSync(outside, { recursive: true, force: true }) };
}

describe("the static folder", () => {
  test("is served with types that browsers do not guess at", async () => {
    using made = makeFolder();
    await using scene = await openApi({ staticDir: made.folder });
    const wanted: [string, string, string][] = [
      ["/", "text/html;charset=utf-8", "<h1>hello</h1>"],
      ["/index.html", "text/html;charset=utf-8", "<h1>hello</h1>"],
      ["/app.js", "text/javascript;charset=utf-8", "run()"],
      ["/inner.js", "text/javascript;charset=utf-8", "run()"],
      ["/gr%C3%B6%C3%9Fe%201.txt", "text/plain;charset=utf-8", "text"],
      ["/sub/", "text/html;charset=utf-8", "sub"],
    ];
    for (const [target, type, text] of wanted) {
      const response = await fetch(`http://jamey${target}`, { unix: scene.socket });
      const { headers } = response;
      expect([target, response.status, headers.get("content-type"), await response.text()]).toEqual(
        [target, 200, type, text],
      );
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      const head = await fetch(`http://jamey${target}`, { unix: scene.socket, method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
    }
    const folder = await fetch("http://jamey/sub", { unix: scene.socket, redirect: "manual" });
    expect([folder.status, folder.headers.get("location")]).toEqual([308, "/sub/"]);
    const post = await scene.call("POST", "/app.js", {});
    expect([...codeOf(post), post.headers.get("allow")]).toEqual([
      405,
      "method_not_allowed",
      "GET, HEAD",
    ]);
  });

  test("is never left, by dots, links or odd spellings, and shows nothing hidden", async () => {
    using made = makeFolder();
    const { folder } = made;
    const targets = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/sub/..%2f..%2fsecret.txt",
      "/..\\secret.txt",
      "/%2e%2e%5csecret.txt",
      "/../public-but-not/secret.txt",
      "/link.txt",
      "/up/secret.txt",
      "/up/public/app.js",
      "/env.txt",
      "/.env",
      "/.git/config",
      "/sub/../.env",
      "/zero",
      "/app.js%00.txt",
      "/app.js/",
      "//etc/passwd",
      "/etc/passwd",
      "/empty/",
      "/%zz",
      `/${"a/".repeat(5_000)}`,
    ];
    const found = targets.filter((target) => {
      const response = createStaticFiles(folder).read("GET", target);
      return response !== undefined && response.status === 200;
    });
    // A link that leads out and in again leads to what is inside.
    expect(found).toEqual(["/up/public/app.js"]);
  });

  test("stands behind every route, and is not there unless it is given", async () => {
    using made = makeFolder();
    await using scene = await openApi({ staticDir: made.folder });
    const { call } = scene;
    expect((await call("GET", "/health")).body).toBe("OK");
    expect((await call("GET", "/api/pos")).headers.get("content-type")).toStartWith(
      "application/json",
    );
    for (const name of ["api", "sessions", "tools", "health", "ws", "openapi.json"]) {
      expect(createStaticFiles(made.folder).read("GET", `/${name}/pos`)).toBeUndefined();
    }
    await using without = await openApi();
    expect(codeOf(await without.call("GET", "/index.html"))).toEqual([404, "not_found"]);
    expect(scene.faults).toEqual([]);
  });
});
