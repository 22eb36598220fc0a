// A client that does not read, while 200 MB of events flow: it costs the daemon next to nothing, holds up
// nobody, and afterwards it has every event once. The daemon is a process of its own, so that its memory
// is its own too.
import { expect, setDefaultTimeout, test } from "bun:test";
import { openDaemonHome } from "../../support/daemon-process.ts";
import { memoryBytes } from "../../support/processes.ts";
import { openRawWire, type RawFrame } from "../../support/raw-wire.ts";

setDefaultTimeout(120_000);

const MEGABYTE = 1024 * 1024;
const ALLOWED_BYTES = 64 * MEGABYTE;
/** Each message is queued, joins the conversation and travels the bus: three times its size. */
const MESSAGES = 70;

test("a client that pauses costs little, holds up nobody, and then misses nothing", async () => {
  await using home = openDaemonHome();
  home.write("script.yml", "- text: ok\n  repeat: true\n");
  home.write(
    "data/environments/default/manifest.yml",
    `model: scripted/${home.folder}/script.yml\n`,
  );
  // The collector is made to believe in a small machine: what it is too lazy to collect on a large one
  // would hide what is measured.
  const daemon = home.start({ variables: { BUN_JSC_forceRAMSize: `${256 * MEGABYTE}` } });
  await daemon.ready;

  const open = async () => {
    const seen = { seqs: [] as string[], bytes: 0, last: 0 };
    const take = (frame: RawFrame) => {
      if (frame.type !== "event") return;
      seen.seqs.push(`${frame.seq} ${frame.event_type}`);
      seen.last = frame.seq ?? 0;
      seen.bytes += JSON.stringify(frame.payload).length;
    };
    const wire = await openRawWire(home.socket, { take });
    await wire.attach();
    await wire.ask("Subscribe", { after: 0 });
    const reached = async (seq: number) => {
      if (seen.last < seq) await wire.until((frame) => (frame.seq ?? 0) >= seq);
    };
    return { wire, seen, reached };
  };
  const [paused, reader] = [await open(), await open()];
  const speaker = await openRawWire(home.socket);
  await speaker.attach();
  const say = async () => {
    const message = "x".repeat(MEGABYTE);
    const { payload } = await speaker.ask("SendMessage", { po_name: "assistant", message });
    await speaker.ask("WaitForTurn", payload);
  };
  /** The most memory that the daemon takes while so much is said. */
  const peakWhileTalking = async () => {
    let peak = 0;
    for (let count = 0; count < MESSAGES; count += 1) {
      await say();
      peak = Math.max(peak, memoryBytes(daemon.pid, "VmRSS"));
    }
    return peak;
  };

  // The same work while both read is what it is measured against.
  const usual = await peakWhileTalking();
  const { bytes } = paused.seen;
  paused.wire.pause();
  const peak = await peakWhileTalking();
  const { payload } = await speaker.ask("GetStatus");
  const { seq } = payload as { seq: number };
  await reader.reached(seq);
  expect(reader.seen.bytes - bytes).toBeGreaterThan(200 * MEGABYTE);
  expect(paused.seen.bytes - bytes).toBeLessThan(MEGABYTE * 8);
  expect(peak - usual).toBeLessThan(ALLOWED_BYTES);

  paused.wire.resume();
  await paused.reached(seq);
  expect(paused.seen.seqs).toEqual(reader.seen.seqs);
  expect(new Set(paused.seen.seqs).size).toBe(paused.seen.seqs.length);
});
