// Groups from the command line: the mode of one message, of one session, one that there is not; and a question
// that an object asks three calls away from whoever sits there. Everything runs without network.
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Home, openHome } from "../support/home.ts";

const fronts = {
  one: "description: One",
  two: "description: Two",
  lead: "capabilities: [one, two]",
  asker: "capabilities: [middle]",
  middle: "capabilities: [bottom]",
  bottom: "capabilities: [ask_human]",
};
const scripts = {
  asker: "- tool_calls: [{ name: middle, args: { message: Go. } }]\n- text: Thanks.\n",
  middle: "- tool_calls: [{ name: bottom, args: { message: Go. } }]\n- text: It is answered.\n",
  bottom: "- tool_calls: [{ name: ask_human, args: { question: Which colour? } }]\n- text: Good.\n",
};

async function openTeam(): Promise<Home> {
  const home = await openHome();
  const folder = join(dirname(home.state), "objects");
  mkdirSync(folder, { recursive: true });
  // As a new environment has it: the limits of a turn are those of all that it calls.
  writeFileSync(join(dirname(home.state), "manifest.yml"), "limits: { max_iterations: 200 }\n");
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(home.workspace, `${name}.yml`), text);
  }
  for (const [name, front] of Object.entries(fronts)) {
    const model = Object.hasOwn(scripts, name) ? `scripted/${name}.yml` : "offline/guide";
    const text = `---\nname: ${name}\nmodel: ${model}\n${front}\n---\nYou are ${name}.\n`;
    writeFileSync(join(folder, `${name}.md`), text);
  }
  return home;
}

test("an object works in the mode that the message says, and the answers come in declared order", async () => {
  await using home = await openTeam();
  const args = ["--object", "lead", "--mode", "parallel", "-o", "json", "-p", "/say I was asked"];
  const variables = { JAMEY_MODEL: "offline/guide" };
  const { code, stdout, stderr } = await home.run(args, { variables });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { text, stop_reason } = JSON.parse(stdout);
  expect(stop_reason).toBe("2 of 2 members have answered");
  expect(text.match(/I was asked/g)).toHaveLength(2);
  expect(text.indexOf("one")).toBeLessThan(text.indexOf("two"));
});

test("a mode that there is not is refused with those that there are", async () => {
  await using home = await openTeam();
  const { code, stderr } = await home.run(["--object", "lead", "--mode", "swarm", "-p", "Go."]);
  expect(code).toBe(2);
  expect(stderr).toContain("sequential, parallel, debate, review");
});

test("a session begins in the mode that it is given", async () => {
  await using home = await openTeam();
  const args = ["sessions", "new", "--object", "lead", "--mode", "sequential", "--json"];
  const { stdout } = await home.run(args);
  expect(JSON.parse(stdout).session).toMatchObject({ agent_mode: "sequential", parent: null });
});

test("a question three calls away reaches whoever runs the turn, and its answer goes all the way back", async () => {
  await using home = await openTeam();
  await home.serve();
  const wire = await home.connect();
  const follow = await wire.follow({ event_types: ["HumanRequestQueued"] });
  const args = ["--object", "asker", "--on-ask", "queue", "-o", "stream-json", "-p", "Go."];
  const running = home.run(args);
  const { payload } = await follow.until("the question", ({ type }) => type === "event");
  expect(payload).toMatchObject({ from_po: "bottom", question: "Which colour?" });
  const response = { type: "answer", text: "blue" };
  await wire.ask("RespondToRequest", { request_id: payload?.request_id, response });
  const { code, stdout } = await running;
  expect(code).toBe(0);
  expect(stdout).toContain("Thanks.");
  const lines = stdout.trim().split("\n");
  const heard = lines.filter((line) => line.includes('"HumanRequestQueued"'));
  expect(heard).toHaveLength(1);
  wire.close();
}, 60_000);
