// What a tool writes while it runs, as clients are told it.
import { expect, test } from "bun:test";
import { z } from "zod";
import { LEFT_OUT } from "../../src/core/tool.ts";
import { defineTool } from "../../src/tools/define.ts";
import { openToolWorld } from "../support/tool-world.ts";

test("a small piece is told whole, of a large one its end behind the mark of what is left out", async () => {
  await using world = await openToolWorld();
  const told: string[] = [];
  const writer = defineTool({
    name: "writer",
    description: "Writes.",
    input: z.object({}),
    risk: "read",
    replay: "safe",
    subject: async () => ({ ok: true, value: "" }),
    async run(_args, context) {
      await context.write("small");
      await context.write(`${"a".repeat(10_000)}end`);
      await context.write(Buffer.from(`${"b".repeat(10_000)}end`));
      return { success: true };
    },
  });
  await world.call(writer, {}, { emit: (text) => void told.push(text) });
  expect(told).toEqual([
    "small",
    `${LEFT_OUT}${"a".repeat(4_093)}end`,
    `${LEFT_OUT}${"b".repeat(4_093)}end`,
  ]);
});
