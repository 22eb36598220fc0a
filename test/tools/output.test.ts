// The bounded output of a call: exact at every size, whatever the pieces.
import { describe, expect, test } from "bun:test";
import { createOutput } from "../../src/tools/output.ts";

function memoryFile() {
  const pieces: Uint8Array[] = [];
  let isClosed = false;
  return {
    text: () => Buffer.concat(pieces).toString(),
    isClosed: () => isClosed,
    open: async () => ({
      ok: true as const,
      value: {
        path: "/spill/whole.txt",
        write: async (bytes: Uint8Array) => void pieces.push(bytes.slice()),
        close: () => {
          isClosed = true;
        },
      },
    }),
  };
}

describe("the output of a call", () => {
  test("is whole up to the limit, and then head, exact count and tail, however it was cut", async () => {
    for (const total of [0, 1, 9, 10, 11, 19, 20, 21, 25, 40, 41, 99]) {
      for (const piece of [1, 3, 7, 10, 20, 99]) {
        const file = memoryFile();
        const output = createOutput({ max_output_bytes: 20, max_spill_bytes: 1000 }, file.open);
        const text = Array.from({ length: total }, (_, index) =>
          String.fromCharCode(97 + (index % 26)),
        ).join("");
        for (let at = 0; at < total; at += piece) await output.write(text.slice(at, at + piece));
        const whole = total <= 20;
        expect(output.finish()).toEqual({
          text: whole
            ? text
            : `${text.slice(0, 10)}\n… ${total - 20} bytes left out; whole output in /spill/whole.txt …\n${text.slice(-10)}`,
          bytes: total,
          spilled_to: whole ? null : "/spill/whole.txt",
        });
        expect(file.text()).toBe(whole ? "" : text);
        expect(file.isClosed()).toBe(!whole);
      }
    }
  });

  test("keeps no more of an overflow than its file may hold, and says so", async () => {
    const file = memoryFile();
    const output = createOutput({ max_output_bytes: 8, max_spill_bytes: 50 }, file.open);
    for (let count = 0; count < 200; count += 1) await output.write("0123456789");
    expect(output.finish()).toEqual({
      text: "0123\n… 1,992 bytes left out; the first 50 of 2,000 bytes in /spill/whole.txt …\n6789",
      bytes: 2000,
      spilled_to: "/spill/whole.txt",
    });
    expect(file.text()).toBe("0123456789".repeat(5));
  });

  test("never cuts a character in two", async () => {
    for (const character of ["é", "…", "😀"]) {
      for (let shift = 0; shift < 4; shift += 1) {
        const output = createOutput(
          { max_output_bytes: 16, max_spill_bytes: 0 },
          memoryFile().open,
        );
        await output.write("a".repeat(shift) + character.repeat(40));
        const { text, bytes } = output.finish();
        expect(text).not.toContain("\ufffd");
        const left = Number(/… (\d+) bytes/.exec(text)?.[1]);
        const kept = text.replace(/\n….*…\n/, "");
        expect(Buffer.byteLength(kept) + left).toBe(bytes);
      }
    }
  });

  test("goes on where the file cannot be made or the disk is full, and says so", async () => {
    const refused = createOutput({ max_output_bytes: 4, max_spill_bytes: 100 }, async () => ({
      ok: false,
      problem: "no folder",
    }));
    await refused.write("0123456789");
    expect(refused.finish()).toEqual({
      text: "01\n… 6 bytes left out; the rest could not be kept: no folder …\n89",
      bytes: 10,
      spilled_to: null,
    });
    const full = createOutput({ max_output_bytes: 4, max_spill_bytes: 100 }, async () => ({
      ok: true,
      value: {
        path: "/full",
        write: async () => await Promise.reject(new Error("disk full")),
        close: () => undefined,
      },
    }));
    await full.write("0123456789");
    await full.write("x");
    expect(full.finish().text).toBe(
      "01\n… 7 bytes left out; the rest could not be kept: disk full …\n9x",
    );
  });
});
