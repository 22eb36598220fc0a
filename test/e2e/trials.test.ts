// The compiled binary records a run, plays it again without the model, tests an environment with it, and walks
// what happened.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openHome } from "../support/home.ts";

const TIMEOUT_MS = 120_000;

const lead = "---\nname: lead\ncapabilities: [critic, file_read, file_write]\n---\nYou lead.\n";
const critic = (front = "") =>
  `---\nname: critic\n${front}capabilities: [file_read]\n---\nYou judge.\n`;
const wakeful = critic("model: openai/gpt-5\non_start: Wake up.\n");
const script = `
- object: lead
  tool_calls: [{ name: critic, args: { message: Look at a.txt } }]
- object: lead
  text: The critic likes it.
- object: critic
  tool_calls: [{ name: file_read, args: { path: a.txt } }]
- object: critic
  text: I like it.
`;
const passes = `
object: lead
message: Review it.
files: { a.txt: hello }
cassette: cassettes/review.yml
expect:
  answer: { contains: [critic, likes], equals: The critic likes it., matches: "^The" }
  calls: [{ tool: file_read, args: { path: a.txt }, outcome: completed }]
  delegations: [critic]
  max_calls: 4
  exit: 0
`;
const fails = `
object: lead
message: Write it.
script:
  - tool_calls: [{ name: file_write, args: { path: b.txt, content: x } }]
  - text: Done <here>.
expect:
  answer: { equals: Finished. }
  calls: [file_read]
  delegations: [critic]
`;
const isBroken =
  "object: lead\nmessage: Hi.\nscript: [{ text: a }]\nexpect:\n  answers: { equals: a }\n";
const hangs = "object: lead\nmessage: Hi.\nscript: [{ fault: hang }]\ntimeout_ms: 50\n";

test(
  "a recorded run is a test of its environment, offline and without a trace",
  async () => {
    await using home = await openHome();
    const environment = join(home.folder, "jamey/data/environments/team");
    const made = await home.run(["env", "create", "team"]);
    expect([made.code, made.stderr]).toEqual([0, ""]);
    writeFileSync(join(environment, "objects/lead.md"), lead);
    writeFileSync(join(environment, "objects/critic.md"), critic());
    writeFileSync(join(home.workspace, "script.yml"), script);
    writeFileSync(join(home.workspace, "a.txt"), "hello");
    mkdirSync(join(environment, "tests/cassettes"), { recursive: true });
    const cassette = join(environment, "tests/cassettes/review.yml");
    const team = ["--env", "team"];
    const recorded = await home.run([
      ...["record", ...team, "-q", "-O", cassette, "--object", "lead"],
      ...["--model", "scripted/script.yml", "--", "Review it."],
    ]);
    expect(recorded).toEqual({ code: 0, stdout: "The critic likes it.\n", stderr: "" });
    const again = ["--model", `scripted/${cassette}`, "--object", "lead", "-q", "-o", "json"];
    const played = await home.run([...again, ...team, "Review it."]);
    const { session_id, text } = JSON.parse(played.stdout);
    expect(text).toBe("The critic likes it.");

    const replay = await home.run(["replay", ...team, session_id]);
    expect(replay.stdout).toMatch(/^ +\d+ .* {2}critic +ToolCallStarted +file_read a\.txt$/m);
    const walked = JSON.parse((await home.run(["replay", ...team, session_id, "--json"])).stdout);
    const { seq } = walked.steps.find(
      (one: { event_type: string }) => one.event_type === "DelegationStarted",
    );
    const then = await home.run(["replay", ...team, session_id, "--at", String(seq), "--json"]);
    expect(JSON.parse(then.stdout).messages.length).toBe(2);
    const trees = await home.run(["usage", ...team, "--by", "tree", "--since", "7d", "--json"]);
    expect(JSON.parse(trees.stdout).groups.map((one: { calls: number }) => one.calls)).toEqual([
      4, 4,
    ]);
    expect((await home.run(["daemon", "stop", ...team])).code).toBe(0);

    // Another model and a message at the start change nothing: the test's script is the only model there is.
    writeFileSync(join(environment, "objects/critic.md"), wakeful);
    writeFileSync(join(environment, "tests/review.yml"), passes);
    const good = await home.run(["test", ...team, "--json"]);
    expect([good.code, JSON.parse(good.stdout).passed]).toEqual([0, 1]);
    for (const [name, written] of Object.entries({ fails, isBroken, hangs })) {
      writeFileSync(join(environment, `tests/${name}.yml`), written);
    }
    const all = await home.run(["test", ...team, "--junit", "report.xml"]);
    expect([all.code, all.stdout.split("\n").at(-2)]).toEqual([1, "1 passed, 2 failed, 1 broken"]);
    expect(all.stderr).toMatch(/^FAILED +fails\.yml/m);
    expect(all.stdout).toContain('- expected: "Finished."\n  + came:     "Done <here>."');
    expect(all.stdout).toContain('  + 1. file_write {"path":"b.txt","content":"x"} (denied)');
    expect(all.stdout).toContain("tests/isBroken.yml:5: expect: unknown key");
    expect(all.stdout).toContain("- expected: completed\n  + came:     cancelled");
    const report = readFileSync(join(home.workspace, "report.xml"), "utf8");
    expect(report).toContain('tests="4" failures="2" errors="1"');
    expect(report).toContain("Done &lt;here&gt;.");
    expect(existsSync(join(environment, ".state/daemon.json"))).toBe(false);
    writeFileSync(join(environment, "objects/critic.md"), critic());
    const sessions = await home.run(["sessions", "list", ...team, "--json"]);
    expect(JSON.parse(sessions.stdout).sessions.length).toBe(2);
    for (const named of ["tests/review.yml", "review.yml", "review"]) {
      expect((await home.run(["test", ...team, named])).stdout).toBe("1 passed, 0 failed\n");
    }
    const unknown = await home.run(["test", ...team, "nothing.yml"]);
    expect([unknown.code === 0, unknown.stderr]).toEqual([
      false,
      `jamey: There is no test nothing.yml: ${[
        home.workspace,
        environment,
        join(environment, "tests"),
      ]
        .map((folder) => join(folder, "nothing.yml"))
        .join(", ")}.\n`,
    ]);
  },
  TIMEOUT_MS,
);
