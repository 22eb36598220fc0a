// A program in a terminal whose other side is this process: stopped, it reads nothing more. What the program
// writes comes out of stdout, what comes in at stdin is typed, and the program's id is the first line of stderr.
import { argv } from "node:process";

const child = Bun.spawn(argv.slice(2), {
  env: process.env,
  terminal: {
    cols: 200,
    rows: 60,
    data: (_terminal, bytes) => void process.stdout.write(bytes),
  },
});
process.stderr.write(`${child.pid}\n`);
for await (const bytes of Bun.stdin.stream()) child.terminal?.write(bytes);
