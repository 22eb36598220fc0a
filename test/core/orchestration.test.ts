// Patterns of groups: each has a shape of its own, is bounded, keeps the order of its members, and comes to
// the same end wherever it is killed.
import { describe, expect, test } from "bun:test";
import { taskOf } from "../../src/core/orchestration/words.ts";
import { groupWith } from "./support/builders.ts";
import { answerIn, type Game, type Member, playGroup, shapeOf } from "./support/group.ts";

const saying: Member = ({ po_name, before }) => `${po_name} ${before + 1}`;
const group = (fields = {}) => groupWith({ members: ["one", "two", "three"], ...fields });
const verdicts =
  (accepted: boolean[]): Member =>
  ({ po_name, before }) =>
    po_name === "two"
      ? JSON.stringify({ accepted: accepted[before] ?? false, comments: `remark ${before + 1}` })
      : `draft ${before + 1}`;

const games = {
  sequential: { agent: { mode: "sequential", group: group() }, member: saying },
  parallel: { agent: { mode: "parallel", group: group() }, member: saying },
  debate: { agent: { mode: "debate", group: group({ rounds: 2 }) }, member: saying },
  "judged debate": {
    agent: { mode: "debate", group: group({ members: ["one", "two"], judge: "three", rounds: 2 }) },
    member: saying,
  },
  review: { agent: { mode: "review", group: group() }, member: verdicts([false, true]) },
} satisfies Record<string, Game>;

const shapes: { [Name in keyof typeof games]: string[] } = {
  sequential: [
    "sequential 1: one",
    "one answered",
    "sequential 2: two",
    "two answered",
    "sequential 3: three",
    "three answered",
    "ended: the last member has answered",
    "completed",
  ],
  parallel: [
    "parallel 1: one, two, three",
    "three answered",
    "two answered",
    "one answered",
    "ended: 3 of 3 members have answered",
    "the object itself",
    "completed",
  ],
  debate: [
    "debate 1: one, two, three",
    "three answered",
    "two answered",
    "one answered",
    "debate 2: one, two, three",
    "three answered",
    "two answered",
    "one answered",
    "ended: 2 rounds are over",
    "the object itself",
    "completed",
  ],
  "judged debate": [
    "debate 1: one, two",
    "two answered",
    "one answered",
    "debate 2: one, two",
    "two answered",
    "one answered",
    "debate 3: three",
    "three answered",
    "ended: three has judged",
    "completed",
  ],
  review: [
    "review 1: one, two",
    "one answered",
    "two answered",
    "not: remark 1",
    "review 2: one, two",
    "one answered",
    "two answered",
    "accepted",
    "ended: accepted in round 2",
    "completed",
  ],
};

const names = Object.keys(games) as (keyof typeof games)[];

describe("every pattern", () => {
  test.each(names)("%s has its own shape", (name) => {
    expect(shapeOf(playGroup(games[name]).events)).toEqual(shapes[name]);
  });

  test.each(names)("%s says why it ended as the stop reason of its turn", (name) => {
    const { events } = playGroup(games[name]);
    const ended = shapes[name].find((line) => line.startsWith("ended: "));
    const last = events.at(-1);
    const reason = last?.type === "TurnCompleted" ? last.payload.stop_reason : "";
    expect(`ended: ${reason}`).toBe(ended ?? "");
  });

  test.each(names)("%s comes to the same end wherever it is killed", (name) => {
    const whole = playGroup(games[name]);
    expect(whole.events.length).toBeGreaterThan(20);
    for (let killAt = 1; killAt <= whole.events.length; killAt += 1) {
      const again = playGroup(games[name], killAt);
      expect({ killAt, shape: shapeOf(again.events) }).toEqual({
        killAt,
        shape: expect.arrayContaining(shapes[name]),
      });
      expect({ killAt, answer: answerIn(again) }).toEqual({ killAt, answer: answerIn(whole) });
      const pattern = (lines: string[]) => lines.filter((line) => line !== "the object itself");
      expect(pattern(shapeOf(again.events))).toEqual(pattern(shapes[name]));
    }
  });

  test.each(names)("%s asks its members in declared order, a hundred times over", (name) => {
    const calls = () =>
      (playGroup(games[name]).state.session?.conversation ?? []).flatMap((message) =>
        message.tool_calls.map((call) => call.name),
      );
    const first = calls();
    expect(first.length).toBeGreaterThan(2);
    for (let time = 0; time < 100; time += 1) expect(calls()).toEqual(first);
  });

  test.each(names)("%s ends where nobody answers, and says so", (name) => {
    const { events } = playGroup({ ...games[name], member: () => undefined });
    expect(shapeOf(events).slice(-2)).toEqual([
      expect.stringMatching(/^ended: .*answer/),
      "failed",
    ]);
    const last = events.at(-1);
    expect(last?.type === "TurnFailed" && last.payload.error.code).toBe("tool_failed");
  });

  test.each(names)("%s is bounded by the delegations of a turn", (name) => {
    const game = games[name];
    const agent = { ...game.agent, config: { max_delegations: 2 } };
    const { events, asked } = playGroup({ ...game, agent });
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(["completed", "failed"]).toContain(shapeOf(events).at(-1) ?? "");
  });
});

describe("a sequence", () => {
  test("gives each member what the one before made, and answers with the last", () => {
    const played = playGroup(games.sequential);
    expect(played.asked.map(({ po_name }) => po_name)).toEqual(["one", "two", "three"]);
    expect(played.asked[0]?.message).toBe("What is it?");
    expect(played.asked[1]?.message).toContain("## one\none 1");
    expect(played.asked[2]?.message).toContain("## two\ntwo 1");
    expect(played.asked[2]?.message).not.toContain("one 1");
    expect(answerIn(played)).toBe("three 1");
  });

  test("stops at the member that fails", () => {
    const member: Member = (asked) => (asked.po_name === "two" ? undefined : saying(asked));
    const { asked, events } = playGroup({ ...games.sequential, member });
    expect(asked.map(({ po_name }) => po_name)).toEqual(["one", "two"]);
    expect(shapeOf(events).slice(-2)).toEqual(["ended: two gave no answer", "failed"]);
  });
});

describe("members beside each other", () => {
  test("do not lose their answers to one that fails", () => {
    const member: Member = (asked) => (asked.po_name === "two" ? undefined : saying(asked));
    const played = playGroup({ ...games.parallel, member });
    expect(shapeOf(played.events).slice(-3)).toEqual([
      "ended: 2 of 3 members have answered",
      "the object itself",
      "completed",
    ]);
    expect(answerIn(played)).toBe("All in all.");
  });

  test("are as many at once as tools may be", () => {
    const game = games.parallel;
    const { events } = playGroup({
      ...game,
      agent: { ...game.agent, config: { max_parallel_tools: 1 } },
    });
    let running = 0;
    for (const { type } of events) {
      if (type === "DelegationStarted") running += 1;
      if (type === "DelegationCompleted") running -= 1;
      expect(running).toBeLessThanOrEqual(1);
    }
  });
});

describe("a debate", () => {
  test("gives everybody the others' answers from the second round on", () => {
    const { asked } = playGroup(games.debate);
    const second = asked.filter(({ po_name }) => po_name === "two")[1];
    expect(second?.message).toContain("Your own answer of the round before:\n\n## two\ntwo 1");
    expect(second?.message).toContain(
      "The answers of the others:\n\n## one\none 1\n\n## three\nthree 1",
    );
  });

  test("has no more rounds than the limits allow", () => {
    const agent = { ...games.debate.agent, group: group({ rounds: 9 }), config: { max_rounds: 4 } };
    const { asked } = playGroup({ ...games.debate, agent });
    expect(asked.length).toBe(12);
  });

  test("whose judge fails is put together by the object itself", () => {
    const member: Member = (asked) => (asked.po_name === "three" ? undefined : saying(asked));
    const { events } = playGroup({ ...games["judged debate"], member });
    expect(shapeOf(events).slice(-3)).toEqual([
      "ended: the judge gave no answer",
      "the object itself",
      "completed",
    ]);
  });

  test("whose judge answers has that answer", () => {
    expect(answerIn(playGroup(games["judged debate"]))).toBe("three 1");
  });
});

describe("a review", () => {
  test("gives the author the remarks, and ends with the draft that is accepted", () => {
    const played = playGroup(games.review);
    const drafts = played.asked.filter(({ po_name }) => po_name === "one");
    expect(drafts[1]?.message).toContain("Your draft:\n\ndraft 1");
    expect(drafts[1]?.message).toContain("What two says of it:\n\nremark 1");
    expect(answerIn(played)).toBe("draft 2");
  });

  test("asks the reviewer for its verdict as data, and only the reviewer", () => {
    const { asked } = playGroup(games.review);
    expect(asked.map(({ po_name, output }) => `${po_name} ${output}`)).toEqual([
      "one false",
      "two true",
      "one false",
      "two true",
    ]);
  });

  test("ends with the last draft, and says so, when it is never accepted", () => {
    const played = playGroup({ ...games.review, member: verdicts([]) });
    expect(shapeOf(played.events).slice(-2)).toEqual([
      "ended: not accepted in 3 rounds",
      "completed",
    ]);
    expect(answerIn(played)).toBe("draft 3");
  });

  test("takes a verdict that cannot be read for a no", () => {
    const member: Member = ({ po_name }) => (po_name === "two" ? "Fine with me!" : "draft");
    expect(shapeOf(playGroup({ ...games.review, member }).events)).toContain("not: Fine with me!");
  });
});

test("a group is told what was said before, because its members begin without a conversation", () => {
  const said = playGroup(games.sequential).state.session?.conversation ?? [];
  const newest = said.slice(0, 1).map((one) => ({ ...one, content: "And now?" }));
  expect(taskOf([...said, ...newest])).toBe(
    "The conversation so far:\n\nuser: What is it?\n\nassistant: three 1\n\nThe newest message:\n\nAnd now?",
  );
});
