// Workflows as drawings: as text for a terminal, as Mermaid for a page.
import { expect, test } from "bun:test";
import { mermaid, textDrawing } from "../../src/terminal/workflow-drawing.ts";
import { edgesOf, flowOf, nodeOf } from "../core/support/flow.ts";

const flow = flowOf({
  nodes: [
    nodeOf("publish", { tools: ["look"] }),
    nodeOf("end", { join: "all", on_failure: "continue" }),
    nodeOf("draft", { max_visits: 3 }),
  ],
  edges: edgesOf("draft -> publish", "draft -> end", 'publish -> end if output == "a"'),
  entry: ["draft"],
  answer: "end",
});

test("a workflow is drawn from its entry on, each node with what leads on from it", () => {
  expect(textDrawing(flow)).toBe(
    [
      "▶ draft (po_draft, at most 3 times)",
      "  ├─▶ publish",
      "  └─▶ end",
      "● publish (po_publish, at most 10 times)  [tools: look]",
      '  └─▶ end  if output == "a"',
      "● end (po_end, at most 10 times)  [joins all; its answer is the run's; goes on without an answer]",
      "  └─■",
      "",
    ].join("\n"),
  );
});

test("as Mermaid no id is a word of Mermaid, and no quote ends a label", () => {
  expect(mermaid(flow)).toBe(
    [
      "flowchart TD",
      '  node_publish["publish: po_publish"]',
      '  node_end["end: po_end (joins all)"]',
      '  node_draft(["draft: po_draft"])',
      "  node_draft --> node_publish",
      "  node_draft --> node_end",
      '  node_publish -->|"output == #quot;a#quot;"| node_end',
      "",
    ].join("\n"),
  );
});
