// A seat at the command line: each change is a process, and so is the one that follows. Where the daemon is
// killed, that one has to come back by itself: it is the same process afterwards.
import { type Interface, messageOf, objectOf, type Place, type Told, WATCHED } from "./seat.ts";

export function openCommandLine({ home }: Place): Interface {
  async function run(args: string[], input?: string): Promise<void> {
    const given = input === undefined ? {} : { input: new Blob([input]) };
    const { code, stdout, stderr } = await home.run(args, given);
    if (code !== 0) throw new Error(`jamey ${args.join(" ")}: ${code}\n${stdout}${stderr}`);
  }
  return {
    async change(change) {
      const { kind, label, session_id, po_name } = change;
      if (kind === "rename") await run(["sessions", "rename", session_id, label]);
      else if (kind === "edit") {
        await run(["objects", "edit", po_name, "--file", "-"], objectOf(change));
      } else await run(["-n", "-r", session_id, "--object", po_name, "-p", messageOf(change)]);
    },
    async read({ after, take, signal }) {
      const types = WATCHED.flatMap((type) => ["--type", type]);
      const args = ["events", "--follow", "--json", "--since", String(after), ...types];
      const child = Bun.spawn([home.binary, ...args], {
        env: home.variables,
        cwd: home.workspace,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
        signal,
        killSignal: "SIGKILL",
      });
      await readLines(child.stdout, take);
      await child.exited;
    },
    close: () => undefined,
  };
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  take: (told: Told) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) take(JSON.parse(line));
  }
}
