// What a human has otherwise, in a real terminal with the compiled binary: keys, a status line of their own, what is
// pinned; and an image whose path is pasted.
import { expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { openHome } from "../support/home.ts";
import { keys, openInterface, READY } from "../support/interface-run.ts";

type Home = Awaited<ReturnType<typeof openHome>>;

const lastRow = (screen: { lines(): string[] }): string =>
  screen.lines().findLast((line) => line.trim() !== "") ?? "";

const configured = (home: Home, name: string): string =>
  `${home.variables.JAMEY_HOME}/config/${name}`;

test("keys do what the file of bound keys says, in the composer and in panes, and are shown so", async () => {
  await using home = await openHome();
  await home.run(["/say the heron is blue"]);
  const bindings = ["everywhere:", "  ctrl+t: sessions", "  ctrl+s: null", "sessions:"];
  await Bun.write(
    configured(home, "bindings.yml"),
    [...bindings, "  x: delete", "  d: null", "  z: nothing", ""].join("\n"),
  );
  await using run = openInterface(home, { size: { columns: 90, rows: 30 } });
  await run.shows("bindings.yml:7 z: sessions knows no action nothing");
  run.type(`${keys.sessions}typed`);
  await run.shows("› typed");
  run.type("\u0014");
  await run.shows("x delete");
  await run.shows("▸ 1 ○  assistant    /say the heron is blue");
  run.type("dx");
  await run.shows("Delete '/say the heron is blue'?");
});

test("a status command is given the state as it changes, and its line stands below everything", async () => {
  await using home = await openHome();
  const command = `${home.folder}/status`;
  // It takes one word of the JSON, in red, and reads its input to the end.
  await Bun.write(
    command,
    `#!/bin/sh\nset -- "$(sed 's/.*"permissions":"\\([a-z-]*\\)".*/\\1/')"\nprintf '\\033[31m<%s>\\033[0m\\nmore\\n' "$1"\n`,
  );
  chmodSync(command, 0o755);
  await using run = openInterface(home, { variables: { JAMEY_STATUS_COMMAND: `'${command}'` } });
  await run.shows(READY);
  await run.until("its line", (screen) => lastRow(screen).includes("<ask>"));
  run.type("/permissions read-only\r");
  await run.until("the new one", (screen) => lastRow(screen).includes("<read-only>"));
  expect(run.screen.text()).not.toContain("more");
});

test("a status command that fails is told, and the interface goes on", async () => {
  await using home = await openHome();
  await using run = openInterface(home, { variables: { JAMEY_STATUS_COMMAND: "exit 3" } });
  await run.shows("JAMEY_STATUS_COMMAND: ended with 3 and said nothing");
  run.type("/say on it goes\r");
  await run.shows("◆ on it goes");
});

test("a conversation that is pinned stands first, in the next run, too", async () => {
  await using home = await openHome();
  for (const name of ["heron", "fox"]) await home.run([`/say the ${name} is here`]);
  {
    await using run = openInterface(home, { size: { columns: 90, rows: 30 } });
    await run.shows(READY);
    run.type(keys.sessions);
    await run.shows("1 ○  assistant    /say the fox is here");
    run.type("G");
    await run.until("the last one", ({ lines }) =>
      lines().some((line) => /▸ 2 .*the heron is here/.test(line)),
    );
    run.type("p");
    await run.shows("/say the heron is here (pinned)");
    run.type("\u001b");
    await run.shows(READY);
    run.type("/quit\r");
    await run.shows("ended with 0");
  }
  await using run = openInterface(home, { size: { columns: 90, rows: 30 } });
  await run.shows(READY);
  run.type(keys.sessions);
  await run.shows("1 ○  assistant    /say the heron is here (pinned)");
  run.type("1");
  await run.until("the conversation", ({ lines }) =>
    lines().some((line) => line.startsWith(" ◆ the heron is here")),
  );
});

test("the pasted path of an image is sent as that image", async () => {
  await using home = await openHome();
  const bytes = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  await Bun.write(`${home.workspace}/my shot.png`, bytes);
  await using run = openInterface(home);
  await run.shows(READY);
  run.type("look at ");
  run.type(`\u001b[200~'${home.workspace}/my shot.png'\u001b[201~`);
  await run.shows("look at [image my shot.png]");
  run.type("\r");
  await run.shows("◆");
  const listed = await home.run(["sessions", "list", "--json"]);
  const [session] = JSON.parse(listed.stdout).sessions;
  const exported = await home.run(["sessions", "export", session.session_id]);
  const { messages, attachments } = JSON.parse(exported.stdout);
  expect([messages[0].content, Object.values(attachments)]).toEqual([
    "look at [image my shot.png]",
    [bytes.toString("base64")],
  ]);
});

test("Enter right behind the path of an image, and on one that is called back, sends the image", async () => {
  await using home = await openHome();
  const bytes = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  await Bun.write(`${home.workspace}/shot.png`, bytes);
  await using run = openInterface(home, { size: { columns: 99, rows: 80 } });
  await run.shows(READY);
  run.type(`one \u001b[200~${home.workspace}/shot.png\u001b[201~\r`);
  await run.shows("◆");
  run.type("\u001b[A");
  await run.shows(`› one ${home.workspace}/shot.png`);
  run.type("\r");
  await run.until(
    "both answers",
    ({ lines }) => lines().filter((line) => line.startsWith(" ◆")).length === 2,
  );
  const listed = await home.run(["sessions", "list", "--json"]);
  const [session] = JSON.parse(listed.stdout).sessions;
  const exported = await home.run(["sessions", "export", session.session_id]);
  const { messages } = JSON.parse(exported.stdout);
  const said = messages.filter(({ role }: { role: string }) => role === "user");
  expect(
    said.map(({ content, attachments }: { content: string; attachments: unknown[] }) => [
      content,
      attachments.length,
    ]),
  ).toEqual([
    ["one [image shot.png]", 1],
    ["one [image shot.png]", 1],
  ]);
});

test("messages that were parked are shown by the next run, and go on when it is told to", async () => {
  await using home = await openHome();
  {
    await using run = openInterface(home);
    await run.shows(READY);
    run.type("/ask may I\r");
    await run.shows("NEEDS YOU (1)");
    run.type("/say first of all\u001b\r");
    await run.shows("queued: /say first of all");
    run.type("/say then this\u001b\r");
    await run.shows("queued: /say then this");
    run.type("\u001b");
    await run.shows("parked: /say then this");
    run.type("/quit\r");
    await run.shows("ended with 0");
  }
  await using run = openInterface(home, { args: ["-c"] });
  await run.shows("parked: /say first of all");
  await run.shows("parked: /say then this");
  run.type("\r");
  await run.until("both answers", ({ lines }) =>
    ["first of all", "then this"].every((text) =>
      lines().some((line) => line.startsWith(` ◆ ${text}`)),
    ),
  );
});

test("from the session of a called object a key leads back to its caller", async () => {
  await using home = await openHome();
  const objects = {
    critic: "---\nname: critic\n---\nYou judge.\n",
    asker: "---\nname: asker\ncapabilities: [critic]\n---\nYou ask.\n",
  };
  for (const [name, text] of Object.entries(objects)) {
    await Bun.write(`${home.state}/../objects/${name}.md`, text);
  }
  await using run = openInterface(home, { args: ["--object", "asker"] });
  await run.shows(READY);
  run.type("@critic /say well done\r");
  await run.shows("critic answered");
  run.type(`${keys.focus}po`);
  await run.shows("alt+up to its caller");
  run.type("\u001b[1;3A");
  await run.until("the caller", ({ text }) => !text().includes("to its caller"));
  expect(run.screen.text()).toContain("@critic /say well done");
});
