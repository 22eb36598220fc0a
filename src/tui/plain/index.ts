// The interface line by line: lines in, lines out, nothing that moves. For screen readers and plain terminals.
import { createInterface } from "node:readline";
import { isTurnEnd, turnOf, typedEvent } from "../../client/events.ts";
import type { Link, LinkState } from "../../client/link.ts";
import { toErrorBody } from "../../protocol/errors.ts";
import type { InterfaceEnding, InterfaceOptions } from "../../terminal/interface.ts";
import { type EndingWatch, watchEnding } from "../run/ending.ts";
import {
  aboutSession,
  askOnce,
  type Meant,
  meantByName,
  type PlainState,
  plainState,
  readLine,
  tell,
  tellSignal,
} from "./lines.ts";

const BELL = "\u0007";
const DEFAULT_OBJECT = "assistant";

export async function runPlain(options: InterfaceOptions): Promise<InterfaceEnding> {
  const write = (lines: readonly string[]) => {
    if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  };
  const link = await options.openLink((state) => {
    if (state.type !== "waiting") write([aboutLink(state)]);
  });
  const ending = watchEnding(() => undefined);
  const keys = watchKeys(ending, () => interrupted());
  const reader = createInterface({ input: process.stdin, terminal: false });
  // A line that comes before anybody listens would be lost.
  reader.pause();
  let interrupted = () => ending.end({ type: "quit", resume: null });
  try {
    const chosen = await options.choose(link);
    let state = plainState(chosen.session_id, chosen.po_name ?? DEFAULT_OBJECT);
    let tools: readonly string[] = [];
    const ready = Promise.withResolvers<void>();
    // What is typed before everything is there is not lost.
    let doing = ready.promise;
    const turns = watchTurns(() => ending.end({ type: "quit", resume: state.session_id }));
    const opened = (session_id: string) => {
      state = { ...state, session_id };
    };
    const steps = createSteps({ link, ending, write, state: () => state });
    interrupted = steps.press;
    reader.on("line", (line) => {
      steps.forget();
      const meant = readLine(state, line);
      if (meant.type === "quit") ending.end({ type: "quit", resume: state.session_id });
      else if (meant.type === "tell") write(meant.lines);
      // One after the other: the first message makes the session of the second.
      else
        doing = doing.then(() =>
          act(link, options, { state, meant, tools, write, opened, accepted: turns.accepted }),
        );
    });
    reader.on("close", () => void doing.then(turns.close));
    reader.resume();
    write([
      `jamey: environment ${link.hello.environment}. A line is a message; /help says what else.`,
    ]);
    const known = await look(link, chosen.session_id);
    tools = known.tools;
    if (known.session) {
      state = { ...state, po_name: known.session.po_name };
      write(aboutSession(known.session));
    }
    const { requests } = await link.call("ListPendingRequests", {}, { isRepeatable: true });
    const { seq, journal_id } = link.hello;
    await link.follow(
      { event_types: [], signal_types: ["TextDelta"], session_id: null, after: seq, journal_id },
      (frames) => {
        for (const frame of frames) {
          if (frame.type === "signal") {
            const grown = tellSignal(state, frame);
            state = grown.state;
            write(grown.lines);
          }
          if (frame.type !== "event") continue;
          const event = typedEvent(frame);
          const told = tell(state, event);
          const hasAsked = told.state.asked > state.asked;
          state = told.state;
          write(hasAsked ? [`${BELL}${told.lines[0] ?? ""}`, ...told.lines.slice(1)] : told.lines);
          if (isTurnEnd(event)) turns.ended(turnOf(event));
        }
      },
    );
    for (const request of requests) {
      const told = askOnce(state, request);
      state = told.state;
      write(told.lines);
    }
    ready.resolve();
    const ended = await ending.ended;
    return { ...ended, resume: state.session_id };
  } finally {
    keys.stop();
    ending.stop();
    reader.close();
    link.close();
  }
}

/** What stands behind a slash and is a message, and the conversation that is gone on with. */
async function look(link: Link, session_id: string | null) {
  const { tools } = await link.call("ListTools", {}, { isRepeatable: true });
  const found = session_id === null ? null : await link.call("GetSession", { session_id });
  return { tools: tools.map(({ name }) => name), session: found?.session ?? null };
}

/** The keys of a terminal that end a process: Ctrl+C takes its steps, the rest stays as it was. */
function watchKeys(ending: EndingWatch, onInterrupt: () => void): { stop(): void } {
  if (!process.stdin.isTTY) return { stop: () => undefined };
  const onQuit = () => ending.end({ type: "signal", name: "SIGQUIT" });
  ending.lend(true);
  process.on("SIGINT", onInterrupt);
  process.on("SIGQUIT", onQuit);
  return {
    stop() {
      process.removeListener("SIGINT", onInterrupt);
      process.removeListener("SIGQUIT", onQuit);
      ending.lend(false);
    },
  };
}

/** Ctrl+C: the terminal has taken back what was typed; then the turn is stopped, then the human leaves. */
function createSteps(options: {
  link: Link;
  ending: EndingWatch;
  write: Act["write"];
  state(): PlainState;
}): { press(): void; forget(): void } {
  const { link, ending, write } = options;
  let stopping: string | null = null;
  let isLeaving = false;
  return {
    press() {
      const { turn_id, session_id } = options.state();
      if (turn_id !== null && turn_id !== stopping) {
        stopping = turn_id;
        write(["status: stopping. Ctrl+C again leaves; what runs goes on."]);
        void cancel(link, turn_id, write);
      } else if (isLeaving || turn_id !== null) {
        ending.end({ type: "quit", resume: session_id });
      } else {
        isLeaving = true;
        write(["status: Ctrl+C again leaves."]);
      }
    },
    /** Something was typed in between. */
    forget() {
      isLeaving = false;
    },
  };
}

async function cancel(link: Link, turn_id: string, write: Act["write"]): Promise<void> {
  try {
    await link.call("CancelTurn", { turn_id, reason: null });
  } catch (thrown) {
    // Its end came first: that is what was wanted.
    const { code, message } = toErrorBody(thrown);
    if (code !== "turn_not_found") write([`error: ${message}`]);
  }
}

/** Once nothing more can be typed, the answers that are still to come are waited for. */
function watchTurns(done: () => void) {
  const [open, over] = [new Set<string>(), new Set<string | null>()];
  let isClosed = false;
  const look = () => {
    if (isClosed && open.size === 0) done();
  };
  return {
    /** Its end may have been told already. */
    accepted: (turn_id: string) => void (over.has(turn_id) || open.add(turn_id)),
    ended(turn_id: string | null) {
      over.add(turn_id);
      if (turn_id !== null) open.delete(turn_id);
      look();
    },
    close() {
      isClosed = true;
      look();
    },
  };
}

interface Act {
  state: PlainState;
  meant: Meant;
  tools: readonly string[];
  write(lines: readonly string[]): void;
  opened(session_id: string): void;
  accepted(turn_id: string): void;
}

async function act(link: Link, options: InterfaceOptions, doing: Act): Promise<void> {
  const { state, write } = doing;
  const meant = doing.meant.type === "named" ? meantByName(doing.meant, doing.tools) : doing.meant;
  try {
    if (meant.type === "tell") return write(meant.lines);
    if (meant.type === "say") await send(link, options, { ...doing, text: meant.text });
    else if (meant.type === "answer") {
      const { request_id } = meant.request;
      write([meant.said]);
      await link.call("RespondToRequest", { request_id, response: meant.response });
    } else if (meant.type === "stop") {
      if (state.turn_id === null) write(["help: nothing runs."]);
      else await cancel(link, state.turn_id, write);
    }
  } catch (thrown) {
    write([`error: ${toErrorBody(thrown).message}`]);
  }
}

async function send(
  link: Link,
  { model }: InterfaceOptions,
  { state, opened, accepted, text }: Act & { text: string },
): Promise<void> {
  const { po_name } = state;
  // Made before its first message, so that nothing of the answer comes from a session nobody knows.
  let { session_id } = state;
  if (session_id === null) {
    const made = await link.call("CreateSession", { po_name });
    session_id = made.session.session_id;
    opened(session_id);
  }
  const settings = model === null ? {} : { settings: { model } };
  const message = { po_name, session_id, message: text, message_key: crypto.randomUUID() };
  const sent = await link.call("SendMessage", { ...message, ...settings }, { isRepeatable: true });
  accepted(sent.turn_id);
}

function aboutLink(state: LinkState): string {
  if (state.type === "lost") return "jamey: the connection is lost, and tried again.";
  if (state.type === "restored") return "jamey: the connection is back.";
  return `error: ${state.error.message}`;
}
