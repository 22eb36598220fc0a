// A folder is where jamey works, never what it obeys: started in a folder full of traps, nothing in it is
// run, no address of it is contacted, no key, model or place of it is taken.
// Method: the same runs in that folder with the binary and from source; a last test shows the traps armed.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type FakeVendor, startFakeVendor } from "../support/fake-vendors/server.ts";
import { type Home, openHome, type RunOptions } from "../support/home.ts";
import { type HostileFolder, layTrap } from "../support/hostile-folder.ts";

/** What is said where nobody has chosen a model: also the attacker has not. */
const unconnected =
  "jamey: warning: no model is connected, the offline guide answered; `jamey models` says what is missing.\n";

const root = resolve(import.meta.dir, "..", "..");

interface Visit extends AsyncDisposable {
  home: Home;
  trap: HostileFolder;
  attacker: FakeVendor;
  options: RunOptions;
  socket: string;
}

/** Nothing but HOME says where jamey's own files are: what the `.env` sets is set nowhere else. */
async function visit(program: (home: Home) => string[]): Promise<Visit> {
  const attacker = await startFakeVendor(() => ({ type: "hang_up" }));
  const home = await openHome();
  const trap = layTrap(home.folder, attacker.origin);
  return {
    home,
    trap,
    attacker,
    options: {
      program: program(home),
      directory: trap.folder,
      variables: { JAMEY_HOME: undefined },
    },
    socket: join(home.folder, "user/.local/state/jamey/run/default.sock"),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await attacker[Symbol.asyncDispose]();
    },
  };
}

function judgeVisit({ trap, attacker }: Visit): void {
  expect(trap.sprung()).toEqual([]);
  expect(attacker.asked).toEqual([]);
  expect(existsSync(trap.stolen)).toBe(false);
}

const programs = [
  { name: "the binary", program: ({ binary }: Home) => [binary], isSource: false },
  { name: "bin/jamey from source", program: () => [join(root, "bin", "jamey")], isSource: true },
];

for (const { name, program, isSource } of programs) {
  // From source the pinned Bun of the project is found by a script, which needs what scripts need.
  const timeoutMs = isSource ? 60_000 : 20_000;

  test(
    `${name} shows its version in a hostile folder and obeys nothing there`,
    async () => {
      await using visited = await visit(program);
      const { code, stdout, stderr } = await visited.home.run(["--version"], visited.options);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      judgeVisit(visited);
    },
    timeoutMs,
  );

  test(
    `${name} answers in a hostile folder with the model of its own settings`,
    async () => {
      await using visited = await visit(program);
      const { home, options } = visited;
      const plain = await home.run(["-q", "who are you there"], options);
      expect({ code: plain.code, stderr: plain.stderr }).toEqual({ code: 0, stderr: unconnected });
      expect(plain.stdout).toStartWith("No model is connected");
      const tools = await home.run(
        [
          "--allow",
          "shell",
          '/file_list {}\n/file_search pattern=attacker\n/shell {"command":"pwd"}',
        ],
        options,
      );
      expect(tools.stdout).toContain(visited.trap.folder);
      expect(tools.code).toBe(0);
      judgeVisit(visited);
    },
    timeoutMs,
  );

  test(
    `${name} serves from a hostile folder as from anywhere else`,
    async () => {
      await using visited = await visit(program);
      const { home, options, socket } = visited;
      const served = await home.serve(options.variables, {
        program: program(home),
        socket,
        directory: visited.trap.folder,
      });
      const answer = await home.run(["-q", "/say all is well"], options);
      expect(answer).toEqual({ code: 0, stdout: "all is well\n", stderr: unconnected });
      expect(await served.stop()).toBe(0);
      judgeVisit(visited);
    },
    timeoutMs,
  );
}

test("the traps are armed: a program that reads the folder's settings springs them", async () => {
  await using visited = await visit(({ binary }) => [binary]);
  const { folder } = visited.trap;
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: join(visited.home.folder, "user") };
  const run = async (...command: string[]) => {
    const child = Bun.spawn(command, {
      cwd: folder,
      env,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    await child.exited;
  };
  await run(process.execPath, "-e", "fetch(process.env.OLLAMA_HOST).catch(() => 0)");
  await run(process.execPath, "run", "serve");
  await run(process.execPath, "-e", 'require("zod")');
  await run("git", "status");
  expect(visited.trap.sprung()).toEqual(
    expect.arrayContaining(["bunfig-preload", "git-include", "script-serve", "tsconfig-path"]),
  );
  expect(visited.attacker.asked).toHaveLength(1);
});
