// The well-behaved vendors: aimock, which others wrote and keep compatible with the official SDKs, behind
// a server of our own that remembers what really was asked, byte for byte.
import { type Fixture, LLMock } from "@copilotkit/aimock";
import type { Dialect } from "./dialects.ts";
import { type FakeVendor, startFakeVendor } from "./server.ts";

/** Characters of one write: answers come in many small pieces. */
const PIECE_LENGTH = 7;

/** Plays the fixtures; the first that matches answers. */
export async function startWellBehaved(dialect: Dialect, fixtures: Fixture[]): Promise<FakeVendor> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true, logLevel: "silent" });
  mock.addFixtures(fixtures);
  await mock.start();
  const vendor = await startFakeVendor(async ({ method, path, headers, body }) => {
    const { host: _host, "content-length": _length, ...others } = headers;
    const answer = await fetch(`${mock.url}${path}`, { method, headers: others, body });
    const text = await answer.text();
    const pieces = text.match(new RegExp(`[^]{1,${PIECE_LENGTH}}`, "gu")) ?? [];
    const content_type = answer.headers.get("content-type") ?? dialect.content_type;
    return {
      type: "answer",
      status: answer.status,
      headers: { "content-type": content_type },
      pieces,
      end: "whole",
    };
  });
  return {
    ...vendor,
    async [Symbol.asyncDispose]() {
      await vendor[Symbol.asyncDispose]();
      await mock.stop();
    },
  };
}
