// Every pane of the compiled interface at every size, in colour and without; and letters that terminals count in
// their own way, in one that is not ours.
import { describe, expect, test } from "bun:test";
import { type Home, openHome } from "../support/home.ts";
import {
  type InterfaceRun,
  isRestored,
  keys,
  openInterface,
  READY,
  says,
} from "../support/interface-run.ts";

const SIZES = [
  { columns: 60, rows: 20 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
] as const;

/** The key of each pane, and what it shows once it is there. */
const PANES = {
  agents: [keys.agents, "NEEDS YOU (1)"],
  inbox: [keys.inbox, '"command": "echo done > made.txt"'],
  sessions: [keys.sessions, "Conversations"],
  objects: [keys.objects, "[prompt]"],
  workflows: [keys.workflows, "Workflows"],
  usage: [keys.usage, "Tokens and money"],
  connectors: [keys.connectors, "Connected"],
  log: [keys.log, "HumanRequestQueued"],
  palette: [keys.palette, "Everything by name"],
  help: [keys.help, "Keys ·"],
} as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is made of.
const COLOURED = /\u001b\[(?:\d+;)*(?:3[0-8]|9[0-7])(?:;\d+)*m/;

/** Nothing else has the keys. */
const isInComposer = ({ cursor, lines }: InterfaceRun["screen"]): boolean =>
  cursor().isVisible && cursor().row === lines().length - 2;

async function openAll(run: InterfaceRun, rows: number): Promise<void> {
  for (const [name, [key, shown]] of Object.entries(PANES)) {
    run.type(key);
    await run.until(`the pane ${name}`, (screen) => {
      return screen.text().includes(shown) && !isInComposer(screen);
    });
    const lines = run.screen.lines();
    expect([name, lines.length, lines.at(-1)?.includes("✋1")]).toEqual([name, rows, true]);
    run.type(keys.escape);
    await run.until(`the composer after ${name}`, isInComposer);
    expect([name, says("ready")(run.screen)]).toEqual([name, true]);
  }
}

describe("every pane opens, fills its place, and closes", () => {
  for (const { columns, rows } of SIZES) {
    for (const [look, variables] of [
      ["in colour", {}],
      ["without", { NO_COLOR: "1" }],
    ] as const) {
      test(`at ${columns}x${rows} ${look}`, async () => {
        await using home = await openHome();
        await using run = openInterface(home, { size: { columns, rows }, variables });
        await run.shows(READY);
        run.type("/say ready\r");
        await run.until("the answer", says("ready"));
        run.type(`//shell {"command":"echo done > made.txt"}\r`);
        await run.until("what waits", ({ title }) => title().startsWith("✋1 "));
        await openAll(run, rows);
        expect(COLOURED.test(run.written())).toBe(look === "in colour");
        run.type("/quit\r");
        await run.shows("ended with 0");
        await isRestored(home, run);
      });
    }
  }
});

const LETTERS = [
  "日本語テキスト",
  "😀 ✅ ❤️ ⚠️ 1️⃣ 🫠",
  "👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈",
  "🇩🇪🇯🇵🇫🇷",
  "e\u0301 n\u0303 a\u0308\u0323",
  "नमस्ते குமார்",
  "שלום עולם مرحبا",
  "한국어 ｆｕｌｌ ｗｉｄｔｈ",
];

const tmux = Bun.which("tmux");

describe("in tmux, which counts letters by itself", () => {
  const command = (home: Home, ...args: string[]) => {
    const { stdout } = Bun.spawnSync({
      cmd: [tmux ?? "tmux", "-S", `${home.folder}/tmux.sock`, "-f", "/dev/null", ...args],
      cwd: home.workspace,
      env: { ...home.variables, LC_ALL: "C.UTF-8", TERM: "xterm-256color", TMUX: "" },
    });
    return stdout.toString();
  };
  const screenOf = (home: Home): string[] => command(home, "capture-pane", "-p").split("\n");

  /** Cells before the rule, as tmux counts them. */
  function columnOfRule(home: Home, line: string): number | null {
    const at = line.indexOf("│");
    if (at < 0) return null;
    command(home, "set-option", "-g", "@line", line.slice(0, at));
    return Number(command(home, "display-message", "-p", "#{w:@line}"));
  }

  async function until(home: Home, holds: (lines: string[]) => boolean): Promise<string[]> {
    for (let looks = 0; looks < 400; looks += 1) {
      const lines = screenOf(home);
      if (holds(lines)) return lines;
      await Bun.sleep(50);
    }
    throw new Error(`never seen in tmux:\n${screenOf(home).join("\n")}`);
  }

  test("the rule between conversation and agents stands in one column, whatever letters stand before it", async () => {
    await using home = await openHome({ LC_ALL: "C.UTF-8" });
    const script = `- text: ${JSON.stringify(LETTERS.join("\n\n"))}\n`;
    await Bun.write(`${home.workspace}/letters.yml`, script);
    const run = `${home.binary} tui --model scripted/letters.yml`;
    command(home, "new-session", "-d", "-x", "120", "-y", "40", run);
    try {
      await until(home, (lines) => lines.some((line) => line.includes(READY)));
      command(home, "send-keys", "-l", "go");
      command(home, "send-keys", "Enter");
      const lines = await until(home, (now) => now.some((line) => line.includes("ｗｉｄｔｈ")));
      const columns = lines
        .map((line) => columnOfRule(home, line))
        .filter((column) => column !== null);
      expect(columns.length).toBeGreaterThan(30);
      expect([...new Set(columns)]).toHaveLength(1);
      for (const letter of ["日本語テキスト", "한국어", "שלום", "नमस्ते"]) {
        expect(lines.join("\n")).toContain(letter);
      }
      command(home, "resize-window", "-x", "80", "-y", "24");
      await until(home, (now) => {
        const isWhole = now.some((line) => line.includes("日本語テキスト"));
        return isWhole && now.slice(20, 24).some((line) => line.includes(READY));
      });
      command(home, "send-keys", "-l", "/quit");
      command(home, "send-keys", "Enter");
    } finally {
      command(home, "kill-server");
    }
  });
});
