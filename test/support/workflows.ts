// A world with workflows, whose objects answer by what they are asked, and the steps of a run as lines.
import { testTool } from "./test-tools.ts";
import { objectText, openTestWorld, type TestWorld } from "./world.ts";

const writers = {
  "writer.md": objectText({ name: "writer", front: "description: Writes" }),
  "critic.md": objectText({ name: "critic", front: "description: Judges\ncapabilities: [look]" }),
};

/** `say` answers what a node is asked; undefined leaves the call to the test. */
export const workflowWorld = (
  workflows: Record<string, string>,
  say: (message: string) => string | undefined = () => "Done.",
  objects: Record<string, string> = {},
): Promise<TestWorld> =>
  openTestWorld({
    objects: { ...writers, ...objects },
    workflows,
    tools: [testTool("look"), testTool("put")],
    config: { limits: { max_iterations: 50 } },
    script: ({ messages }) => say(messages.at(-1)?.content ?? ""),
  });

export const stepsOf = (world: TestWorld, session_id: string): string[] =>
  world.rows({ session_id, types: ["StepTaken"] }).flatMap((row) => {
    if (row.type !== "StepTaken") return [];
    const { step } = row.payload;
    if (step.type === "node_started") return [`${step.node} ${step.visit} started`];
    if (step.type === "node_completed") return [`${step.node} ${step.visit} completed`];
    if (step.type === "edge_taken") return [`${step.from} -> ${step.to}`];
    return step.type === "ended" ? [`ended: ${step.reason}`] : [];
  });
