// What a tool call produces: its head and tail are kept, the whole goes to a file once it is too
// long.
// Rule: memory is bounded by the limits, whatever a tool writes.
import type { Attempt, FileWriter } from "../core/world.ts";

export interface OutputLimits {
  /** UTF-8 bytes that the model gets; half from the start, half from the end. */
  max_output_bytes: number;
  /** Bytes of an overflow that are kept in its file. */
  max_spill_bytes: number;
}

export const outputLimits: OutputLimits = {
  max_output_bytes: 32 * 1024,
  max_spill_bytes: 64 * 1024 * 1024,
};

export interface FinishedOutput {
  text: string;
  bytes: number;
  spilled_to: string | null;
}

export interface Output {
  /** One at a time: who writes waits for the one before. */
  write(content: Uint8Array | string): Promise<void>;
  /** Nothing is taken after this. */
  finish(): FinishedOutput;
}

export function createOutput(
  limits: OutputLimits,
  openSpill: () => Promise<Attempt<FileWriter>>,
): Output {
  const head = new Uint8Array(Math.ceil(limits.max_output_bytes / 2));
  const tail = new Uint8Array(limits.max_output_bytes - head.length);
  let total = 0;
  let spill: Attempt<FileWriter> | undefined;
  let spilled = 0;
  let isFinished = false;

  /** The tail is a ring: where its next byte goes follows from the total. */
  const tailBytes = () => {
    const held = Math.max(0, total - head.length);
    if (held <= tail.length) return tail.slice(0, held);
    const start = held % tail.length;
    return Buffer.concat([tail.subarray(start), tail.subarray(0, start)]);
  };
  const keep = (bytes: Uint8Array) => {
    const toHead = Math.min(bytes.length, Math.max(0, head.length - total));
    head.set(bytes.subarray(0, toHead), total < head.length ? total : 0);
    const rest = bytes.subarray(Math.max(toHead, bytes.length - tail.length));
    let at = (total + bytes.length - rest.length - head.length) % tail.length;
    for (let from = 0; from < rest.length; ) {
      const piece = rest.subarray(from, from + tail.length - at);
      tail.set(piece, at);
      from += piece.length;
      at = 0;
    }
    total += bytes.length;
  };
  const toSpill = async (bytes: Uint8Array) => {
    if (!spill?.ok) return;
    const fitting = bytes.subarray(0, limits.max_spill_bytes - spilled);
    spilled += fitting.length;
    try {
      if (fitting.length > 0) await spill.value.write(fitting);
    } catch (error) {
      spill.value.close();
      spill = { ok: false, problem: error instanceof Error ? error.message : String(error) };
    }
  };

  return {
    write: async (content) => {
      if (isFinished) return;
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      if (total + bytes.length > limits.max_output_bytes) {
        if (spill === undefined) {
          const held = Buffer.concat([head.subarray(0, total), tailBytes()]);
          spill = await openSpill();
          await toSpill(held);
        }
        await toSpill(bytes);
      }
      keep(bytes);
    },
    finish: () => {
      isFinished = true;
      if (spill?.ok) spill.value.close();
      const [start, end] = [head.subarray(0, Math.min(total, head.length)), tailBytes()];
      if (total <= limits.max_output_bytes) {
        const text = new TextDecoder().decode(Buffer.concat([start, end]));
        return { text, bytes: total, spilled_to: null };
      }
      const [first, last] = [withoutCutEnd(start), withoutCutStart(end)];
      const left = total - first.length - last.length;
      const where = whereIsIt(spill, spilled, total);
      const text = `${decode(first)}\n… ${grouped(left)} bytes left out; ${where} …\n${decode(last)}`;
      return { text, bytes: total, spilled_to: spill?.ok ? spill.value.path : null };
    },
  };
}

/** 1234567 → "1,234,567" */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function whereIsIt(spill: Attempt<FileWriter> | undefined, spilled: number, total: number): string {
  if (!spill?.ok) return `the rest could not be kept: ${spill?.problem ?? "no file"}`;
  if (spilled === total) return `whole output in ${spill.value.path}`;
  return `the first ${grouped(spilled)} of ${grouped(total)} bytes in ${spill.value.path}`;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** Without a last character that was cut in its middle. */
function withoutCutEnd(bytes: Uint8Array): Uint8Array {
  let start = bytes.length - 1;
  while (start > bytes.length - 4 && isContinuation(bytes[start])) start -= 1;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start + length > bytes.length ? bytes.subarray(0, start) : bytes;
}

/** Without the rest of a character whose start was cut off. */
function withoutCutStart(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return bytes.subarray(start);
}
