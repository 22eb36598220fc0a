// What CI runs, and nothing more than it: format and lint, types, tests. `check.ts test [pattern…]`
// runs the tests alone.
// Rules: 1. The last line, alone on stdout, is `N passed, N failed`; all else goes to stderr.
//        2. Each check counts as one and each test as one; the exit code is 1 when any failed.
import { resolve } from "node:path";
import { addTallies, readTestTally, type Tally } from "./tally.ts";

const root = resolve(import.meta.dir, "..");
const STEP_TIMEOUT_MS = 24 * 60_000;
const TEST_TIMEOUT_MS = 20_000;
// A process that a test left behind may keep the pipes open; nobody waits for it longer than this.
const PIPE_GRACE_MS = 3_000;

type Step = { name: string; args: string[]; isTests: boolean };

const biome = ["node_modules/@biomejs/biome/bin/biome", "check", "--config-path=scripts/lint.json"];
const checks: Step[] = [
  {
    name: "format and lint",
    args: [...biome, "--error-on-warnings", "src", "test", "scripts"],
    isTests: false,
  },
  { name: "types", args: ["check", "--no-script"], isTests: false },
];

function tests(args: string[]): Step {
  return { name: "tests", args: ["test", `--timeout=${TEST_TIMEOUT_MS}`, ...args], isTests: true };
}

async function perform(step: Step): Promise<Tally> {
  console.error(`${step.name} …`);
  const startedAt = performance.now();
  const child = Bun.spawn([process.execPath, ...step.args], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: STEP_TIMEOUT_MS,
  });
  const output = { stdout: "", stderr: "" };
  const take = async (name: "stdout" | "stderr"): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of child[name]) {
      const text = decoder.decode(chunk, { stream: true });
      output[name] += text;
      // Tests are shown while they run, a check only when it fails.
      if (step.isTests) process.stderr.write(text);
    }
  };
  const drained = Promise.all([take("stdout"), take("stderr")]);
  const exitCode = await child.exited;
  await Promise.race([drained, Bun.sleep(PIPE_GRACE_MS)]);

  if (!step.isTests && exitCode !== 0) process.stderr.write(output.stdout + output.stderr);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.error(`${step.name}: ${exitCode === 0 ? "done" : "FAILED"} in ${seconds} s\n`);
  if (step.isTests) return readTestTally(output.stderr, exitCode);
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

const [mode, ...patterns] = process.argv.slice(2);
if (mode !== undefined && mode !== "test") throw new Error(`unknown argument: ${mode}`);
const steps = mode === "test" ? [tests(patterns)] : [...checks, tests([])];
const tallies: Tally[] = [];
for (const step of steps) tallies.push(await perform(step));
const { passed, failed } = addTallies(tallies);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
