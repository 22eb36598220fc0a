// What only humans may do: a process that one of jamey's tools started is refused it.
import { expect, test } from "bun:test";
import { commands } from "../../src/protocol/commands/index.ts";
import { openTestWorld } from "../support/world.ts";

test("every command that is for humans is refused to a process that a tool started", async () => {
  await using world = await openTestWorld();
  const { caller } = world.connect({ call_id: "t1_m1_0" }).connection;
  const refused: string[] = [];
  for (const name of Object.keys(commands)) {
    const { payload } = await world.call(name, {}, caller);
    const error = payload as { code?: string; details?: object };
    if (error.code === "forbidden") {
      expect(error.details).toEqual({ human_only: true });
      refused.push(name);
    }
  }
  const expected =
    "AddMcpServer ApprovePlugin CallHook CreateKey CreatePO DeletePO DeleteSession EditPO ImportSession ListKeys PauseSchedule RemoveMcpServer RemoveRule RenamePO RespondToRequest ResumeSchedule RevertPO RevokeKey RevokePlugin RunSchedule RunTool Shutdown SignInToMcpServer StopConnector StoreCredential";
  expect(refused.toSorted().join(" ")).toBe(expected);
});
