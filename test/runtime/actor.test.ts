// Actors: one input at a time, committed before it counts, effects performed once for their id.
import { describe, expect, test } from "bun:test";
import type { Machine } from "../../src/core/machine.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import type { SessionEvent } from "../../src/protocol/events/index.ts";
import {
  type Actor,
  type ActorOptions,
  MAX_MAILBOX,
  type PerformContext,
  startActor,
} from "../../src/runtime/actor.ts";
import { createLog } from "../../src/runtime/log.ts";
import type { Append } from "../../src/runtime/store/journal.ts";
import { openStore } from "../../src/runtime/store/open.ts";

type Renamed = Extract<SessionEvent, { type: "SessionRenamed" }>;
interface Notes {
  notes: string[];
}
type Said = { note: string };
type Input = Said & { at: string };
interface Work {
  id: string;
}

/** Keeps notes. `want X` asks for the effect X until there is a note `done X` or `stop X`. */
const machine: Machine<Notes, Input, Renamed, Work> = {
  initial: { notes: [] },
  decide(_, { note }) {
    if (note === "break") throw new Error("a bug in the machine");
    return note === "nothing" ? [] : note.split("+").map(renamed);
  },
  apply: ({ notes }, { payload }) => ({ notes: [...notes, payload.name ?? ""] }),
  outstanding: ({ notes }) =>
    notes
      .filter((note) => note.startsWith("want "))
      .map((note) => note.slice(5))
      .filter((id) => !notes.includes(`done ${id}`) && !notes.includes(`stop ${id}`))
      .map((id) => ({ id })),
};

const renamed = (name: string): Renamed => ({
  type: "SessionRenamed",
  payload: { session_id: "s", name },
});

const human = { caller: "human", causation_id: null };

function openScene(
  options: Partial<ActorOptions<Notes, Said, Input, Renamed, Work>> & {
    /** What becomes of the append with this number, from 1. */
    append?: (number: number, append: Append) => Error | undefined;
  } = {},
) {
  const store = openStore({ folder: null, onError: (thrown) => expect(thrown).toBe("nothing") });
  const performed: string[] = [];
  const log: string[] = [];
  let appends = 0;
  const actor: Actor<Notes, Said, Renamed> = startActor<Notes, Said, Input, Renamed, Work>({
    stream: "session/s",
    machine,
    state: machine.initial,
    version: 0,
    lastAt: "",
    log: createLog({ level: "info", now: () => "", write: (line) => void log.push(line) }),
    now: () => "2030-01-01T00:00:00.000Z",
    stamp: (said, at) => ({ ...said, at }),
    commitRetryMs: 1,
    ...options,
    perform: async (effect, context) => {
      performed.push(effect.id);
      return await (options.perform?.(effect, context) ?? { note: `done ${effect.id}` });
    },
    journal: {
      ...store.journal,
      append(append) {
        appends += 1;
        const error = options.append?.(appends, append);
        return error ? Promise.reject(error) : store.journal.append(append);
      },
    },
  });
  return {
    actor,
    performed,
    log,
    take: (note: string) => actor.take({ note }, human),
    rows: () => [...store.journal.readStream("session/s", 0)],
    notes: () => actor.state().notes,
    /** Resolves at the commit after which this note is there. */
    async noted(note: string) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        const names = [...store.journal.readStream("session/s", 0)].map((row) =>
          row.type === "SessionRenamed" ? row.payload.name : null,
        );
        // The actor folds a moment after the commit, before anything else of it happens.
        if (names.includes(note)) setImmediate(resolve);
      };
      const stop = store.journal.follow(look);
      look();
      await promise;
      stop();
    },
    async close() {
      await actor.stop();
      await store.close();
    },
  };
}

const full = () => new JameyError("storage_failed", "The disk is full.");

describe("an actor", () => {
  test("takes one input at a time, in the order they came", async () => {
    const scene = openScene();
    const taken = await Promise.all(["a", "b+c", "nothing", "d"].map(scene.take));
    expect(taken).toEqual([
      { happened: [renamed("a")], seq: 1 },
      { happened: [renamed("b"), renamed("c")], seq: 3 },
      { happened: [], seq: 0 },
      { happened: [renamed("d")], seq: 4 },
    ]);
    expect(scene.notes()).toEqual(["a", "b", "c", "d"]);
    expect(scene.rows().map((row) => [row.version, row.caller])).toEqual([
      [1, "human"],
      [2, "human"],
      [3, "human"],
      [4, "human"],
    ]);
    await scene.close();
  });

  test("changes nothing and answers the command when an append fails", async () => {
    const scene = openScene({ append: (number) => (number === 2 ? full() : undefined) });
    scene.actor.begin();
    await scene.take("a");
    expect(await scene.take("want x").catch((thrown) => thrown)).toEqual(full());
    expect(scene.notes()).toEqual(["a"]);
    expect(scene.performed).toEqual([]);
    await scene.take("b");
    expect(scene.notes()).toEqual(["a", "b"]);
    await scene.close();
  });

  test("tries an outcome again that could not be committed, without performing the effect again", async () => {
    const scene = openScene({
      append: (number) => (number > 1 && number < 5 ? full() : undefined),
    });
    scene.actor.begin();
    await scene.take("want x");
    await scene.noted("done x");
    expect(scene.performed).toEqual(["x"]);
    expect(scene.notes()).toEqual(["want x", "done x"]);
    expect(scene.log.length).toBe(3);
    expect(scene.actor.isIdle()).toBe(true);
    await scene.close();
  });

  test("says in place of an outcome that is too large why there is none", async () => {
    const large = new JameyError("too_large", "13 MiB");
    const scene = openScene({
      append: (number) => (number === 2 ? large : undefined),
      broken: ({ id }, error) => ({ note: `stop ${id}+${error.message}` }),
    });
    scene.actor.begin();
    await scene.take("want x");
    await scene.noted("13 MiB");
    expect(scene.notes()).toEqual(["want x", "stop x", "13 MiB"]);
    expect(scene.performed).toEqual(["x"]);
    await scene.close();
  });

  test("says so in place of an outcome that no second try can commit", async () => {
    const scene = openScene({
      perform: () => Promise.resolve({ note: "break" }),
      broken: ({ id }, error) => ({ note: `stop ${id}+${error.message}` }),
    });
    scene.actor.begin();
    await scene.take("want x");
    await scene.noted("a bug in the machine");
    expect(scene.notes()).toEqual(["want x", "stop x", "a bug in the machine"]);
    expect(scene.actor.isIdle()).toBe(true);
    await scene.close();
  });

  test("gives the effect up where not even that can be committed", async () => {
    const bug = new TypeError("not to be kept");
    const scene = openScene({
      append: (number) => (number === 2 || number === 3 ? bug : undefined),
      broken: ({ id }) => ({ note: `broken ${id}` }),
      abandon: ({ id }, error) => ({ note: `stop ${id}+${error.message}` }),
    });
    scene.actor.begin();
    await scene.take("want x");
    await scene.noted("not to be kept");
    expect(scene.notes()).toEqual(["want x", "stop x", "not to be kept"]);
    expect(scene.performed).toEqual(["x"]);
    expect(scene.actor.isIdle()).toBe(true);
    await scene.close();
  });

  test("tries no third time where nothing can be committed", async () => {
    const bug = new TypeError("not to be kept");
    const scene = openScene({
      append: (number) => (number > 1 ? bug : undefined),
      broken: ({ id }) => ({ note: `broken ${id}` }),
      abandon: ({ id }) => ({ note: `stop ${id}` }),
    });
    scene.actor.begin();
    await scene.take("want x");
    expect(await scene.take("after").catch((thrown) => thrown)).toBe(bug);
    await new Promise(setImmediate);
    expect(scene.log.length).toBe(3);
    expect(scene.notes()).toEqual(["want x"]);
    await scene.close();
  });

  test("is over when its stream is not as it knows it: it tries nothing again", async () => {
    const lost = Promise.withResolvers<string>();
    const scene = openScene({
      append: (number) => (number > 1 ? new JameyError("conflict", "Another wrote.") : undefined),
      lost: () => lost.resolve("lost"),
    });
    scene.actor.begin();
    await scene.take("want x");
    expect(await lost.promise).toBe("lost");
    expect(scene.performed).toEqual(["x"]);
    const refused = await scene.take("after").catch((thrown) => thrown);
    expect(refused.code).toBe("unavailable");
    expect(scene.log.length).toBe(1);
    await scene.close();
  });

  test("aborts what is no longer outstanding, and hears no more of it", async () => {
    const aborted = Promise.withResolvers<string>();
    const scene = openScene({
      perform: (effect, { signal }: PerformContext<Notes>) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            aborted.resolve(effect.id);
            resolve({ note: `late ${effect.id}` });
          });
        }),
    });
    scene.actor.begin();
    await scene.take("want x");
    await scene.take("stop x");
    expect(await aborted.promise).toBe("x");
    await scene.take("after");
    expect(scene.notes()).toEqual(["want x", "stop x", "after"]);
    await new Promise(setImmediate);
    expect(scene.actor.isIdle()).toBe(true);
    await scene.close();
  });

  test("performs an effect again that is still outstanding after its outcome", async () => {
    let times = 0;
    const scene = openScene({
      perform: async ({ id }) => ({ note: ++times < 3 ? `not yet ${times}` : `done ${id}` }),
    });
    scene.actor.begin();
    await scene.take("want x");
    await scene.noted("done x");
    expect(scene.notes()).toEqual(["want x", "not yet 1", "not yet 2", "done x"]);
    await scene.close();
  });

  test("performs nothing before it begins, then everything that is outstanding", async () => {
    const scene = openScene();
    await scene.take("want x");
    await scene.take("want y");
    expect(scene.performed).toEqual([]);
    scene.actor.begin();
    scene.actor.begin();
    await scene.noted("done y");
    expect(scene.performed).toEqual(["x", "y"]);
    await scene.close();
  });

  test("writes times that ascend strictly, whatever the clock does", async () => {
    const clock = ["12:00:00.500", "12:00:00.500", "11:00:00.000", "12:00:00.501", "12:00:02.000"];
    let ticks = 0;
    const scene = openScene({
      now: () => `2030-01-01T${clock[ticks++]}Z`,
      lastAt: "2030-01-01T12:00:00.500Z",
    });
    for (const note of ["a", "b", "c", "d", "e"]) await scene.take(note);
    expect(scene.rows().map((row) => row.at.slice(17, 23))).toEqual([
      "00.501",
      "00.502",
      "00.503",
      "00.504",
      "02.000",
    ]);
    await scene.close();
  });

  test("refuses a command when its mailbox is full, and takes all that it accepted", async () => {
    const scene = openScene();
    const first = scene.take("0");
    const waiting = Array.from({ length: MAX_MAILBOX }, (_, index) => scene.take(`${index + 1}`));
    const refused = await scene.take("one too many").catch((thrown) => thrown);
    expect(refused).toBeInstanceOf(JameyError);
    expect(refused.code).toBe("overloaded");
    await Promise.all([first, ...waiting]);
    expect(scene.notes()).toEqual(
      Array.from({ length: MAX_MAILBOX + 1 }, (_, index) => `${index}`),
    );
    await scene.close();
  });

  test("records nothing when it stops, and lets the effects end", async () => {
    const scene = openScene({
      perform: (effect, { signal }: PerformContext<Notes>) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve({ note: `late ${effect.id}` }));
        }),
    });
    scene.actor.begin();
    await scene.take("want x");
    await scene.actor.stop();
    const refused = await scene.take("after").catch((thrown) => thrown);
    expect(refused.code).toBe("unavailable");
    expect(scene.rows().map((row) => row.payload)).toEqual([renamed("want x").payload]);
    expect(scene.log).toEqual([]);
    await scene.close();
  });

  test("answers with the bug of its machine, and goes on", async () => {
    const scene = openScene();
    const thrown = await scene.take("break").catch((error) => error);
    expect(thrown).toEqual(new Error("a bug in the machine"));
    await scene.take("after");
    expect(scene.notes()).toEqual(["after"]);
    await scene.close();
  });
});
