// The chat: its words, how it is left, what is typed and pasted, and what others say in its session.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markedWriter } from "../../src/cli/chat/chat-turn.ts";
import { createPasteFilter, pastedLine } from "../../src/cli/chat/paste.ts";
import { createMarkdownWriter } from "../../src/terminal/markdown/render.ts";
import { temporaryHome } from "../support/fake-daemon.ts";
import { openTerminal, runCli } from "../support/run-cli.ts";

const home = temporaryHome();
const script = join(home, "answers.yml");
const variables = { JAMEY_MODEL: `scripted/${script}` };

beforeAll(() => {
  writeFileSync(
    script,
    JSON.stringify([
      { when: "fail", fault: { error: "model_refused", message: "No.", retryable: false } },
      { when: "long", text: "x".repeat(200), delay_ms: 200, chunk: 1 },
      { when: "delete", tool_calls: [{ name: "shell", args: { command: "rm -r ./a" } }] },
      { when: "delete", text: "Asked." },
      { when: "two", text: "I saw **two** lines.", repeat: true },
      { text: "Hello you.", repeat: true },
    ]),
  );
});

const terminals: ReturnType<typeof openTerminal>[] = [];
function terminal(...args: string[]) {
  const opened = openTerminal(args, { home, variables });
  terminals.push(opened);
  return opened;
}

afterEach(async () => {
  for (const { child } of terminals.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

afterAll(async () => {
  await runCli(["daemon", "stop"], { home });
  rmSync(home, { recursive: true, force: true });
});

const piped = (stdin: string) => runCli(["chat"], { home, variables, stdin });
const idIn = (text: string) => /Session created: (\S+)/.exec(text)?.[1] ?? "";

describe("through a pipe", () => {
  test("it says what the document says, ignores empty lines, and ends with the input", async () => {
    const { code, stdout, stderr } = await piped("hi\n\n  \n::help\nthere");
    const head = "jamey chat  ::help for help, ::quit to leave\n\nCreating new session...\n";
    const help = `  <message>        say something
  ::quit, ::exit   leave
  ::help           show this
`;
    expect([code, stderr, stdout]).toEqual([
      0,
      "",
      `${head}Session created: ${idIn(stdout)}\n> 🤖 Hello you.\n> > > ${help}> 🤖 Hello you.\n> \nGoodbye!\n`,
    ]);
  });

  test("::quit and ::exit leave, and what follows them is not said", async () => {
    const ran = await Promise.all([piped("::quit\nhi\n"), piped("::exit\nhi\n")]);
    expect(ran.map(({ code, stdout }) => [code, stdout.split("\n").at(-2)])).toEqual([
      [0, "> Goodbye!"],
      [0, "> Goodbye!"],
    ]);
  });

  test("a message that fails does not end it", async () => {
    const { code, stdout, stderr } = await piped("fail\nhi\n");
    expect([code, stderr, stdout.endsWith("> > 🤖 Hello you.\n> \nGoodbye!\n")]).toEqual([
      0,
      "jamey: No.\n",
      true,
    ]);
  });

  test("a tool call is shown with what became of it", async () => {
    const { stdout, stderr } = await piped("delete it\n");
    expect(stdout).toContain("✗ shell rm -r ./a  denied");
    expect(stdout).toContain("🤖 Asked.\n");
    expect(stderr).toContain("jamey: denied shell");
  });
});

describe("its session", () => {
  const chatWith = (...args: string[]) =>
    runCli(["chat", ...args], { home, variables, stdin: "hi\n" });

  test("belongs to one object: another one cannot go on with it", async () => {
    const id = idIn((await piped("hi\n")).stdout);
    const ran = await chatWith("-r", id, "--object", "other");
    expect([ran.code, ran.stderr]).toEqual([
      2,
      `jamey: Session ${id} belongs to 'assistant', not to 'other'.\n`,
    ]);
  });

  test("of a template is begun with its values, and with nothing less", async () => {
    const object = "---\nname: greeter\ndescription: Greets\ntemplate: true\n---\nGreet {{who}}.\n";
    writeFileSync(join(home, "data/environments/default/objects/greeter.md"), object);
    const filled = await chatWith("--object", "greeter", "-P", "who=Ada");
    expect([filled.code, filled.stdout.includes("🤖 Hello you.")]).toEqual([0, true]);
    for (const args of [[], ["-P", "whom=Ada"], ["-P", "none"]]) {
      const ran = await chatWith("--object", "greeter", ...args);
      expect([args, ran.code, ran.stdout.includes("Session created")]).toEqual([args, 2, false]);
    }
    expect((await chatWith("-c", "-P", "who=Ada")).code).toBe(2);
  });
});

describe("in a terminal", () => {
  test("a line is edited, called back, and a paste of several lines is one message", async () => {
    const opened = terminal("chat");
    await opened.until("> ");
    opened.type("i\u001b[Dh\r");
    await opened.until("Hello you.");
    await opened.until("> ");
    opened.type("\u001b[A");
    await opened.until("hi");
    opened.type("\u0015\u001b[200~two\tlines\nof\u0003 it\u001b[201~\r");
    await opened.until("two");
    await opened.until("lines⏎of it");
    await opened.until("🤖 I saw \u001b[1mtwo\u001b[22m lines.");
    await opened.until("> ");
    opened.type("\u0004");
    await opened.until("Goodbye!");
    expect(await opened.child.exited).toBe(0);
  });

  test("Ctrl-C cancels the turn that runs, and leaves at the prompt", async () => {
    const opened = terminal("chat");
    await opened.until("> ");
    opened.type("long\r");
    await opened.until("writing…");
    opened.type("\u0003");
    await opened.until("Cancelled.");
    await opened.until("> ");
    opened.type("\u0003");
    await opened.until("Goodbye!");
    await opened.child.exited;
    expect(opened.child.signalCode).toBe("SIGINT");
  });

  test("a call is approved at its own prompt, and the terminal is drawn on", async () => {
    const opened = terminal("chat");
    await opened.until("> ");
    opened.type("delete it\r");
    await opened.until('"command": "rm -r ./a"');
    await opened.until("[y]es once, [s]ession, [r]ule, [n]o, [l]ater? ");
    opened.type("n because I say so\r");
    await opened.until("✗ shell rm -r ./a  denied");
    await opened.until("Asked.");
    await opened.until("> ");
    opened.type("::quit\r");
    await opened.until("Goodbye!");
    expect(await opened.child.exited).toBe(0);
  });

  test("what others say in its session is shown above the line that is typed", async () => {
    const { stdout } = await runCli(["create-session"], { home, variables });
    const id = /Created session: (\S+)/.exec(stdout)?.[1] ?? "";
    const opened = terminal("chat", "-r", id);
    await opened.until("> ");
    opened.type("half a li");
    await opened.until("half a li");
    await runCli(["-n", "-r", id, "-p", "two of us"], { home, variables });
    await opened.until("cli: \u001b[22mtwo of us");
    await opened.until("🤖 I saw **two** lines.");
    await opened.until("half a li");
    opened.type("\u0003");
    await opened.until("> ");
    opened.type("::quit\r");
    await opened.until("Goodbye!");
  });
});

describe("a paste", () => {
  const type = (text: string, ...cuts: number[]) => {
    const filter = createPasteFilter();
    const bytes = new TextEncoder().encode(text);
    const ends = [...cuts, bytes.length];
    return ends
      .map((end, index) => filter.push(bytes.subarray(ends[index - 1] ?? 0, end)))
      .join("");
  };
  const pasted = "a\u001b[200~b\r\nc\u0003\u001b[2J猫\nd\u001b[201~\re";

  test("is one line without keys in it, however it is cut", () => {
    const { length } = new TextEncoder().encode(pasted);
    for (let cut = 0; cut <= length; cut += 1) expect(type(pasted, cut)).toBe("ab⏎c[2J猫⏎d\re");
    expect(pastedLine("ab⏎c⏎")).toBe("ab\nc");
  });

  test("is told from keys, which pass as soon as they are whole", () => {
    const filter = createPasteFilter();
    const keys = ["a", "\u001b", "[A", "\u001b[2", "~", "\u001b[20~", "x"];
    expect(keys.map((key) => filter.push(new TextEncoder().encode(key)))).toEqual([
      ...["a", "", "\u001b[A", "", "\u001b[2~", "\u001b[20~", "x"],
    ]);
  });
});

test("the robot stands before words, and above what has to begin at the edge", () => {
  const draw = (text: string) => {
    const writer = markedWriter(createMarkdownWriter(() => ({ width: 40, hasColour: false })));
    return writer.push(text) + writer.end();
  };
  expect([draw("Hi.\n\nYou."), draw("- a"), draw("")]).toEqual([
    "🤖 Hi.\n\nYou.\n",
    "🤖\n• a\n",
    "",
  ]);
});
