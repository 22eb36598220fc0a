// How workflows are written: the file, the order in which nodes run, and the language of conditions.
import type { Section } from "./section.ts";

export const workflows: readonly Section[] = [
  {
    title: "A workflow",
    text: [
      "A file workflows/NAME.yml in the environment: nodes are objects that are asked, edges lead from one to the next. 'jamey workflows validate' says what is wrong with it, line by line; 'jamey workflows run NAME MESSAGE' runs it. A run survives the end of the daemon and goes on in the middle.",
    ],
    entries: [
      ["description", "what it is for"],
      ["object", "whose session a run is (default: that of the first entry)"],
      ["parameters", "names with defaults; null must be given: -P name=value"],
      ["entry", "where a run begins (default: nodes that no edge leads to)"],
      ["answer", "the node whose answer is the run's (default: those where nothing leads on)"],
    ],
  },
  {
    title: "Nodes",
    entries: [
      ["id, object", "its name, and who is asked"],
      ["prompt", "what is asked; {{input}}, {{message}}, {{PARAMETER}}, {{nodes.ID}}"],
      ["tools", "the only capabilities that it may use"],
      ["join", "any: each edge taken is a visit; all: one visit for all that can still come"],
      ["max_visits", "how often at most (default: 10)"],
      ["on_failure", "end (default), or continue: conditions then see success == false"],
    ],
  },
  {
    title: "Edges",
    text: [
      "An edge has from, to and perhaps a condition; without one it is always taken. All edges that hold are taken at once. Where none holds, that way has ended; where nothing runs any more, the run has, with its reason. A circle needs a condition or a node with max_visits; where that stops the run before the node of its answer, the run fails with the limit (exit code 4).",
    ],
  },
  {
    title: "Conditions",
    text: [
      "CEL, the Common Expression Language: comparisons, && || !, in, ?:, + - * / %, and the functions size has int double string bool contains startsWith endsWith lowerAscii upperAscii trim. No loops, no regular expressions, nothing of the machine. A name that there is not is refused when the file is read.",
    ],
    entries: [
      ["output", "what the node before the edge answered"],
      ["data", "the JSON object in that answer; empty without one: has(data.accepted)"],
      ["success, visits", "whether it answered, and how often it was asked"],
      ["message, parameters.NAME", "what the run was given"],
      ["nodes.ID.output, .success, .visits", "the same of every node"],
    ],
  },
];
