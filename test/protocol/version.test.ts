// The version of jamey stands in two places that cannot import each other.
import { expect, test } from "bun:test";
import packageFile from "../../package.json" with { type: "json" };
import { VERSION } from "../../src/protocol/version.ts";

test("the program and its package say the same version", () => {
  expect(VERSION).toBe(packageFile.version);
});
