// A daemon under attack: in a process of its own, so that its loop and its memory are its own, with a
// ticker inside that says how long the loop was ever blocked.
import { expect } from "bun:test";
import { join } from "node:path";

/** What the loop may be blocked at most. */
const MAX_BLOCK_MS = 100;

interface Said {
  port: number;
  url: string;
  key: string;
}

export interface Flooded extends Said, AsyncDisposable {
  /** One request of a client that has a key: it must be answered. */
  honest(): Promise<void>;
  memoryBytes(): Promise<number>;
  /** Alive, never blocked for long, and serving. */
  expectCalm(): Promise<void>;
}

export async function openFloodedDaemon(): Promise<Flooded> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "flooded-process.ts")], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    ipc: () => undefined,
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const said: Said = JSON.parse(new TextDecoder().decode(value));
  const headers = { authorization: `Bearer ${said.key}` };

  async function report(): Promise<{ longestBlockMs: number; memoryBytes: number }> {
    child.send("report");
    const { value: line } = await reader.read();
    return JSON.parse(new TextDecoder().decode(line));
  }

  async function honest(): Promise<void> {
    const response = await fetch(`${said.url}/api/pos`, { headers });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { prompt_objects: [{ name: "helper" }] },
    ]);
  }

  return {
    ...said,
    honest,
    memoryBytes: async () => (await report()).memoryBytes,
    async expectCalm() {
      await honest();
      const { longestBlockMs } = await report();
      expect([child.exitCode, longestBlockMs < MAX_BLOCK_MS, longestBlockMs]).toEqual([
        null,
        true,
        longestBlockMs,
      ]);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
