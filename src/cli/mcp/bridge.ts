// The bridge: lines of a host's stdio to one WebSocket of the daemon, and back. It outlives the daemon.
//
// Rules: 1. stdout holds messages of the protocol and nothing else; what there is to say goes to stderr.
//        2. It ends when stdin ends, as soon as what was asked has its answer, or a moment later.
//        3. A daemon that was stopped on purpose is started again only when the host asks something.
import { messageOf } from "../../protocol/errors.ts";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import { createLedger } from "./ledger.ts";
import { readLines } from "./lines.ts";
import type { Wire } from "./wire.ts";

/** Answers that are still to come when stdin ends get this long. Milliseconds. */
const FAREWELL_MS = 2_000;
/** How often it is looked whether a daemon is there again. Milliseconds. */
const LOOK_MS = 250;
/** Starts that fail one after another before the host is told. */
const MAX_FAILURES = 3;
const LOOK_AGAIN_MS = 10;

export interface BridgeOptions {
  input: ReadableStream<Uint8Array>;
  /** One line of the protocol, gone when it resolves. */
  tell(line: string): Promise<void>;
  /** Nobody reads any more. */
  gone: AbortSignal;
  note(text: string): Promise<void>;
  /** undefined: no daemon runs, and none may be started. */
  connect(
    options: { mayStart: boolean },
    take: (text: string) => Promise<void>,
  ): Promise<Wire | undefined>;
}

export async function runBridge(options: BridgeOptions): Promise<void> {
  const { input, tell, gone, note } = options;
  const ledger = createLedger(() => crypto.randomUUID());
  let wire: Wire | undefined;
  let connecting: Promise<Wire | undefined> | undefined;
  let isOver = false;

  const take = async (text: string) => {
    const line = ledger.fromDaemon(text);
    if (line !== undefined) await tell(line);
  };

  async function begin(mayStart: boolean): Promise<Wire | undefined> {
    const found = await options.connect({ mayStart }, take);
    if (!found) return undefined;
    wire = found;
    const { send, tell: told } = ledger.begin();
    for (const line of told) await tell(line);
    for (const text of send) found.send(text);
    void watch(found);
    return found;
  }

  function connect(mayStart: boolean): Promise<Wire | undefined> {
    connecting ??= begin(mayStart).finally(() => {
      connecting = undefined;
    });
    return connecting;
  }

  async function watch(found: Wire): Promise<void> {
    const how = await found.ended;
    if (wire === found) wire = undefined;
    if (isOver || how === "closed") return;
    await note("jamey: the daemon is gone; looking for it again");
    // One that crashed is started by whoever needs it; one that was stopped only if something is open.
    await comeBack(how === "lost" || ledger.open() > 0);
  }

  async function comeBack(mayStart: boolean): Promise<void> {
    for (let failures = 0; !isOver && !wire; ) {
      const found = await connect(mayStart && failures < MAX_FAILURES).catch(
        async (thrown: unknown) => {
          failures += 1;
          await note(`jamey: ${messageOf(thrown)}`);
          if (failures >= MAX_FAILURES) await giveUp(messageOf(thrown));
        },
      );
      if (!found) await Bun.sleep(LOOK_MS);
    }
  }

  async function giveUp(reason: string): Promise<void> {
    for (const line of ledger.giveUp(reason)) await tell(line);
  }

  async function forward(line: string): Promise<void> {
    let reason = "No daemon runs.";
    // One look may be on its way that starts none.
    for (let looks = 0; !wire && looks < 2; looks += 1) {
      await connect(true).catch((thrown: unknown) => {
        reason = messageOf(thrown);
      });
    }
    const { send, tell: told } = ledger.fromHost(line);
    if (told !== undefined) await tell(told);
    if (send === undefined) return;
    if (wire) return wire.send(send);
    await note(`jamey: ${reason}`);
    await giveUp(reason);
  }

  // The first daemon: where there is none to be had, there is nothing to bridge.
  await connect(true);
  gone.addEventListener("abort", () => wire?.close());
  try {
    for await (const line of readLines(input, MAX_FRAME_BYTES)) {
      if (gone.aborted) break;
      if (line.trim() !== "") await forward(line);
    }
    await settled(() => ledger.open() === 0 || gone.aborted);
  } finally {
    isOver = true;
    wire?.close();
  }
}

/** Until nothing is open, or for as long as a farewell may take. */
async function settled(isSettled: () => boolean): Promise<void> {
  const deadline = performance.now() + FAREWELL_MS;
  while (!isSettled() && performance.now() < deadline) await Bun.sleep(LOOK_AGAIN_MS);
}
