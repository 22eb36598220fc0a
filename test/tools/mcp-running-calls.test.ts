// Whose question it is that a server asks: of the call that it names, of one that has a human, of nobody.
import { expect, test } from "bun:test";
import { createRunningCalls, type Questions } from "../../src/tools/mcp/running-calls.ts";

type Asked = Parameters<Questions>[0];
const cancelled = { action: "cancel" as const };
const never = new AbortController().signal;

const formOf = (message: string): Asked => ({
  message,
  requestedSchema: { type: "object", properties: {} },
});

/** A human: what they were asked, and each answered when the test says so. */
function human() {
  const asked: { message: string; isGuess: boolean }[] = [];
  const answers: (() => void)[] = [];
  const questions: Questions = async ({ message }, { isGuess }) => {
    asked.push({ message, isGuess });
    const { promise, resolve } = Promise.withResolvers<void>();
    answers.push(resolve);
    await promise;
    return { action: "accept", content: { to: message } };
  };
  return { asked, answers, questions };
}

/** A call that runs until it is told to end; what it asks is asked as a part of it, whenever `ask` is called. */
function begin(calls: ReturnType<typeof createRunningCalls>, questions: Questions | undefined) {
  const end = Promise.withResolvers<void>();
  const asks = Promise.withResolvers<Asked>();
  let said: ReturnType<typeof calls.answer> | undefined;
  const ended = calls.run(questions, async () => {
    said = asks.promise.then(async (asked) => await calls.answer(asked, never));
    await end.promise;
  });
  return {
    async ask(message: string) {
      asks.resolve(formOf(message));
      return await said;
    },
    async end() {
      end.resolve();
      await ended;
    },
  };
}

const settled = async () => await new Promise(setImmediate);

test("a question of a call that has ended is nobody else's", async () => {
  const calls = createRunningCalls();
  const [ada, bob] = [human(), human()];
  const first = begin(calls, ada.questions);
  const second = begin(calls, bob.questions);
  await first.end();
  expect(await first.ask("late")).toEqual(cancelled);
  expect([ada.asked, bob.asked]).toEqual([[], []]);
  await second.end();
});

test("a question that names no call goes to the last that has a human, and says that others run", async () => {
  const calls = createRunningCalls();
  const ada = human();
  const [oldest, first, second] = [human().questions, ada.questions, undefined].map((one) =>
    begin(calls, one),
  );
  const answer = calls.answer(formOf("whose?"), never);
  await settled();
  expect(ada.asked).toEqual([{ message: "whose?", isGuess: true }]);
  ada.answers[0]?.();
  expect(await answer).toEqual({ action: "accept", content: { to: "whose?" } });
  for (const one of [oldest, first, second]) await one?.end();
  expect(await calls.answer(formOf("whose?"), never)).toEqual(cancelled);
});

test("a question that names its call is no guess, whatever else runs", async () => {
  const calls = createRunningCalls();
  const [ada, bob] = [human(), human()];
  const first = begin(calls, ada.questions);
  const second = begin(calls, bob.questions);
  const answer = first.ask("mine");
  await settled();
  expect([ada.asked, bob.asked]).toEqual([[{ message: "mine", isGuess: false }], []]);
  ada.answers[0]?.();
  await answer;
  for (const one of [first, second]) await one.end();
});

test("a call asks one question at a time, in their order, and those that wait end with it", async () => {
  const calls = createRunningCalls();
  const ada = human();
  const call = begin(calls, ada.questions);
  const taken = new AbortController();
  const answers = ["a", "b", "c", "d"].map(async (message) => {
    return await calls.answer(formOf(message), message === "b" ? taken.signal : never);
  });
  await settled();
  expect(ada.asked.map(({ message }) => message)).toEqual(["a"]);
  taken.abort();
  ada.answers[0]?.();
  await settled();
  expect(ada.asked.map(({ message }) => message)).toEqual(["a", "c"]);
  await call.end();
  ada.answers[1]?.();
  expect((await Promise.all(answers)).map(({ action }) => action)).toEqual([
    "accept",
    "cancel",
    "accept",
    "cancel",
  ]);
  expect(ada.asked.map(({ message }) => message)).toEqual(["a", "c"]);
});

test("a question that cannot be asked keeps no other from being asked", async () => {
  const calls = createRunningCalls();
  const call = begin(calls, async ({ message }) => {
    await settled();
    if (message === "bad") throw new Error("no form");
    return { action: "decline" };
  });
  const bad = calls.answer(formOf("bad"), never);
  const good = calls.answer(formOf("good"), never);
  expect(bad).rejects.toThrow("no form");
  expect(await good).toEqual({ action: "decline" });
  await call.end();
});

test("a server has at most 16 questions open, over all its calls, and then is told so", async () => {
  const calls = createRunningCalls();
  const ada = human();
  const [first, second] = [begin(calls, ada.questions), begin(calls, ada.questions)];
  const open = Array.from({ length: 16 }, async () => await calls.answer(formOf("x"), never));
  const why = "16 questions are open already: ask again when one is answered";
  expect(calls.answer(formOf("y"), never)).rejects.toThrow(why);
  expect(first.ask("z")).rejects.toThrow(why);
  await settled();
  ada.answers[0]?.();
  await open[0];
  const late = calls.answer(formOf("late"), never);
  for (const one of [first, second]) await one.end();
  for (let index = 1; index < ada.answers.length; index += 1) ada.answers[index]?.();
  expect((await Promise.all([...open.slice(2), late])).map(({ action }) => action)).toEqual(
    Array.from({ length: 15 }, () => "cancel"),
  );
});
