// What the author of a tool begins with: a program in one of these languages, and the manifest beside it with
// examples that it passes.
import type { ToolLanguage } from "../../../protocol/tool-checks.ts";
import c from "./tool.c" with { type: "text" };
import python from "./tool.py" with { type: "text" };
import sh from "./tool.sh" with { type: "text" };

interface Sample {
  /** What the author writes. */
  source: { ending: string; text: string; isProgram: boolean };
  /** The words of the command. */
  command(name: string): string[];
  /** What makes a program of the source, run in its folder; null where it is one. */
  build(name: string): string | null;
}

export const samples = {
  sh: {
    source: { ending: ".sh", text: sh, isProgram: true },
    command: (name) => [`./${name}.sh`],
    build: () => null,
  },
  python: {
    source: { ending: ".py", text: python, isProgram: false },
    command: (name) => ["python3", `${name}.py`],
    build: () => null,
  },
  c: {
    source: { ending: ".c", text: c, isProgram: false },
    command: (name) => [`./${name}`],
    build: (name) => `cc -O2 -o ${name} ${name}.c`,
  },
} as const satisfies Record<ToolLanguage, Sample>;

export function manifestOf(name: string, { command, build }: Sample): string {
  const made = build(name);
  return `# A tool of this environment: jamey help plugins
description: Greets somebody by name. # for the model: what it does
command: [${command(name).join(", ")}]${made === null ? "" : ` # ${made}`}
parameters: # a JSON Schema: arguments that do not fit never arrive
  type: object
  properties:
    name: { type: string, description: Who is greeted }
  required: [name]
  additionalProperties: false
timeout_ms: 10000
# env: [WEATHER_KEY]   # variables that it gets, beside PATH, HOME, LANG and the like
# calls: allow         # once it is approved, no call asks
examples: # what 'jamey tools check' tries
  - { args: { name: World }, output: "Hello, World!\\n" }
  - { args: { name: "Zoë 🙂 \\"x\\" \\\\ $HOME \`y\`" }, output: "Hello, Zoë 🙂 \\"x\\" \\\\ $HOME \`y\`!\\n" }
  # Too long for an argument: it comes on stdin.
  - { args: { name: "long 🙂 " }, fill: { name: 200000 }, contains: "Hello, long 🙂 long" }
  - { args: { name: "" }, outcome: failed, contains: Nobody to greet }
`;
}
