// The files that run jamey as a server: what the documents ask of them, and only flags that exist.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments } from "../../src/cli/input/arguments.ts";
import { readServeSettings, serveFlags } from "../../src/cli/table/serve-flags.ts";

const read = (name: string): string =>
  readFileSync(join(import.meta.dir, "../../scripts/deploy", name), "utf8");

/** What the words behind `serve` in a command line set. */
function settingsIn(line: string): Record<string, unknown> {
  const words = line.slice(line.indexOf(" serve ") + " serve ".length).split(" ");
  return readServeSettings(readArguments(serveFlags, words), "/");
}

test("the systemd unit has the nine keys of the documents, and can write nothing but its own folder", () => {
  const lines = read("jamey.service")
    .split("\n")
    .filter((line) => line.includes("=") && !line.startsWith("#"));
  const unit = new Map(lines.map((line) => [line.split("=")[0], line.split("=")[1]]));
  expect(Object.fromEntries(unit)).toEqual({
    Description: "Jamey Runtime",
    After: "network.target",
    Type: "simple",
    User: "jamey",
    WorkingDirectory: "/opt/jamey",
    ExecStart: "/opt/jamey/jamey serve --http",
    Restart: "always",
    RestartSec: "5",
    StateDirectory: "jamey",
    StateDirectoryMode: "0700",
    NoNewPrivileges: "yes",
    ProtectSystem: "strict",
    ReadWritePaths: "/var/lib/jamey",
    PrivateTmp: "yes",
    WantedBy: "multi-user.target",
  });
  expect(settingsIn(unit.get("ExecStart") ?? "")).toEqual({
    connectors: { http: { enabled: true } },
  });
});

test("the containers are those of the documents, with one port, data and tools", () => {
  expect(Bun.YAML.parse(read("docker-compose.yml"))).toMatchObject({
    services: {
      "jamey-runtime": {
        build: { dockerfile: "scripts/deploy/runtime.Dockerfile" },
        ports: ["127.0.0.1:8080:8080"],
        volumes: ["./data:/app/data", "./tools:/app/tools:ro"],
        restart: "unless-stopped",
      },
      "jamey-cli": {
        build: { dockerfile: "scripts/deploy/cli.Dockerfile" },
        network_mode: "host",
        depends_on: { "jamey-runtime": { condition: "service_healthy" } },
      },
    },
  });
  const entry = /jamey (serve [^"]+?) \\"/.exec(read("runtime.Dockerfile"))?.[1] ?? "";
  expect(settingsIn(` ${entry}`)).toEqual({
    connectors: { http: { enabled: true, port: 8080, host: "0.0.0.0" } },
  });
});

test("the containers are built with the Bun that the tests run with", () => {
  const { devDependencies } = JSON.parse(
    readFileSync(join(import.meta.dir, "../../package.json"), "utf8"),
  );
  for (const name of ["cli.Dockerfile", "runtime.Dockerfile"]) {
    expect(read(name)).toContain(`FROM oven/bun:${devDependencies.bun} AS build\n`);
  }
});
