// A program in a terminal of its own, as whoever measures sees it: what is typed, and when its answer is written.

export interface Terminal {
  pid: number;
  type(text: string): void;
  /** Resolves when what is written from now on holds the text. */
  writes(text: string): Promise<void>;
  /** How much it has written in all. */
  bytes(): number;
  close(): Promise<void>;
}

export const SIZE = { columns: 120, rows: 40 };

export function openTerminal(
  command: string[],
  options: { folder: string; variables: Record<string, string> },
): Terminal {
  const decoder = new TextDecoder();
  let wanted: { text: string; resolve(): void } | undefined;
  let written = "";
  let bytes = 0;
  const child = Bun.spawn(command, {
    cwd: options.folder,
    env: { PATH: process.env.PATH ?? "", TERM: "xterm-256color", ...options.variables },
    terminal: {
      cols: SIZE.columns,
      rows: SIZE.rows,
      data(_, chunk) {
        bytes += chunk.length;
        if (!wanted) return;
        written += decoder.decode(chunk, { stream: true });
        if (written.includes(wanted.text)) wanted.resolve();
      },
    },
  });
  return {
    pid: child.pid,
    type: (text) => void child.terminal?.write(text),
    async writes(text) {
      written = "";
      const { promise, resolve } = Promise.withResolvers<void>();
      wanted = { text, resolve };
      await promise;
      wanted = undefined;
    },
    bytes: () => bytes,
    async close() {
      child.kill("SIGTERM");
      await child.exited;
      child.terminal?.close();
    },
  };
}
