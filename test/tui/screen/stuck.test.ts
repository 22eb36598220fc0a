// A terminal that stops taking output, as over a broken line: what was drawn is not taken for seen.
import { expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openScreen } from "../../../src/tui/screen/open-screen.ts";
import type { ScreenOptions } from "../../../src/tui/screen/screen-shapes.ts";
import type { Frame } from "../../../src/tui/shapes.ts";

const { O_RDWR, O_RDONLY, O_NONBLOCK } = constants;
const saying = (text: string): Frame => ({
  lines: [[{ text, style: "plain" }]],
  cursor: null,
});
const nothing = () => undefined;

/** A pipe in the place of the terminal: so many bytes fit, until somebody reads. */
async function openPipe() {
  const folder = mkdtempSync(join(tmpdir(), "jamey-stuck-"));
  const path = join(folder, "terminal");
  await Bun.$`mkfifo ${path}`;
  const [near, far] = [openSync(path, O_RDWR), openSync(path, O_RDONLY | O_NONBLOCK)];
  const stale = Promise.withResolvers<void>();
  const screen = openScreen({
    // Of a stream only this much is used.
    stdin: {
      setRawMode: nothing,
      on: nothing,
      removeListener: nothing,
      resume: nothing,
      pause: nothing,
    } as unknown as ScreenOptions["stdin"],
    stdout: {
      fd: near,
      columns: 40,
      rows: 5,
      write: nothing,
      on: nothing,
      removeListener: nothing,
    },
    variables: {},
    theme: "auto",
    hasColour: true,
    hasMouse: false,
    onInputs: nothing,
    onStale: () => stale.resolve(),
    onEnd: nothing,
  });
  const bytes = Buffer.alloc(1024 * 1024);
  const full = openSync(path, constants.O_WRONLY | O_NONBLOCK);
  return {
    screen,
    stale: stale.promise,
    /** Until nothing more fits. */
    fill() {
      try {
        for (let times = 0; times < 1_000; times += 1) writeSync(full, bytes, 0, 4096);
      } catch (_full) {
        // It holds what it can.
      }
    },
    read: () => bytes.toString("utf8", 0, readSync(far, bytes, 0, bytes.length, null)),
    async [Symbol.asyncDispose]() {
      await screen.close();
      for (const descriptor of [near, far, full]) closeSync(descriptor);
      rmSync(folder, { recursive: true });
    },
  };
}

test("a frame counts as shown once it was taken whole, and is asked for again when it is", async () => {
  // Elsewhere the terminal of this process itself would be opened, and there is none.
  if (process.platform !== "linux") return;
  await using pipe = await openPipe();
  const { screen } = pipe;
  const first = screen.draw(saying("first"));
  pipe.fill();
  const [stuck, later] = [screen.draw(saying("second")), screen.draw(saying("third"))];
  pipe.read();
  await pipe.stale;
  const again = screen.draw(saying("fourth"));
  expect([first, stuck, later, again]).toEqual([true, false, false, true]);
  expect(pipe.read()).toContain("four");
});
