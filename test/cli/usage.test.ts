// `jamey usage`: what its table says of each session.
import { expect, test } from "bun:test";
import { noUsage } from "../../src/protocol/usage.ts";
import { startFakeDaemon } from "../support/fake-daemon.ts";
import { runCli } from "../support/run-cli.ts";

test("by session, each is named by its object and title; what nobody has any more, by its words alone", async () => {
  const used = { calls: 1, usage: { ...noUsage, input_tokens: 10, output_tokens: 5 } };
  const groups = [
    { key: "(deleted)", po_name: "", label: "sessions that were deleted", ...used },
    { key: "a", po_name: "helper", label: "Hello", ...used },
    { key: "b", po_name: "critic", label: "", ...used },
  ];
  const fake = startFakeDaemon({
    answer: (asked, client) =>
      client.reply(asked, "Usage", {
        total: { ...noUsage, input_tokens: 30, output_tokens: 15 },
        models: [{ model: "x/one", calls: 3, usage: noUsage }],
        groups,
      }),
  });
  const { code, stdout } = await runCli(["usage", "--by", "session"], { home: fake.home });
  await fake.stop();
  const [, ...rows] = stdout.trimEnd().split("\n");
  expect([code, rows.map((row) => row.split(/ {2,}/))]).toEqual([
    0,
    [
      ["(deleted)", "1", "10", "0", "5", "0", "$0.0000", "sessions that were deleted"],
      ["a", "1", "10", "0", "5", "0", "$0.0000", "helper: Hello"],
      ["b", "1", "10", "0", "5", "0", "$0.0000", "critic"],
      ["total", "3", "30", "0", "15", "0", "$0.0000"],
    ],
  ]);
});
