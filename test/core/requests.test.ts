// Questions, approvals and secrets that wait for a human; and what happens when nobody is there.
import { describe, expect, test } from "bun:test";
import { activityOf } from "../../src/core/session/state.ts";
import { callOf } from "./support/builders.ts";
import { createScene, payloadOf, spoken, typesOf } from "./support/scene.ts";

const question = callOf("ask_human", { question: "Which?", options: ["red", "blue", 3] });
const secret = callOf("ask_human", { question: "The key?", kind: "secret" });

const allow = (tool: string) => ({ tool, match: null, action: "allow" as const });

const awaiting = (call = callOf("put", { path: "a.txt" }), config = {}) => {
  const scene = createScene();
  scene.begin({ config });
  scene.answer({ tool_calls: [call] });
  scene.check("a.txt");
  return scene;
};

describe("an approval", () => {
  test("shows the exact call with its hash, and owes nothing while it waits", () => {
    const scene = awaiting();
    expect(scene.state().requests).toEqual([
      {
        request_id: "t1_m1_0_q",
        session_id: "s1",
        turn_id: "t1",
        from_po: "helper",
        kind: "approval",
        question: "May helper use put: a.txt",
        options: ["approve", "deny"],
        tool_call: { id: "t1_m1_0", name: "put", args: { path: "a.txt" } },
        hash: "hash of t1_m1_0",
        created_at: "2030-01-01T00:00:00.000Z",
        deadline_at: null,
      },
    ]);
    expect({ owed: scene.effects(), activity: activityOf(scene.state()) }).toEqual({
      owed: [],
      activity: "waiting",
    });
  });

  test("starts exactly what was shown, days and a restart later", () => {
    const scene = awaiting();
    scene.crash(3 * 86_400_000);
    const happened = scene.decide("approve");
    expect(typesOf(happened)).toEqual(["HumanRequestResponded", "ToolCallStarted"]);
    expect(payloadOf(happened, "ToolCallStarted")).toMatchObject({
      tool_call: { id: "t1_m1_0", name: "put", args: { path: "a.txt" } },
      hash: "hash of t1_m1_0",
    });
  });

  test("is refused for other arguments than the ones that wait", () => {
    const scene = awaiting();
    expect(scene.decide("approve", { hash: "of something else" })).toEqual([]);
    expect(scene.state().requests).toHaveLength(1);
  });

  test("has one winner", () => {
    const scene = awaiting();
    const [request] = scene.state().requests;
    const response = {
      type: "decision" as const,
      decision: "deny" as const,
      hash: request?.hash ?? "",
      scope: "once" as const,
      match: null,
      reason: "not today",
    };
    const respond = { type: "respond" as const, request_id: "t1_m1_0_q", response };
    expect(typesOf(scene.take(respond))).toContain("HumanRequestResponded");
    expect(scene.take(respond)).toEqual([]);
    expect(scene.refusal(respond)?.code).toBe("already_answered");
    expect(spoken(scene).at(-1)).toBe("tool: A human denied this call. not today");
  });

  test("takes no answer of another kind", () => {
    const scene = awaiting();
    const respond = {
      type: "respond" as const,
      request_id: "t1_m1_0_q",
      response: { type: "answer" as const, text: "yes" },
    };
    expect(scene.refusal(respond)?.code).toBe("invalid_request");
    expect(scene.take(respond)).toEqual([]);
  });

  test("for the session holds for exactly the call that was shown, whatever the others look like", () => {
    const scene = createScene();
    scene.begin({ config: { max_iterations: 20 } });
    const ask = (hash: string, subject = "ls * | sort") => {
      scene.answer({ tool_calls: [callOf("shell")] });
      return typesOf(scene.check(subject, undefined, { hash }));
    };
    expect(ask("one")).toEqual(["HumanRequestQueued"]);
    scene.decide("approve", { scope: "session" });
    scene.finish("listed");
    expect(ask("one")).toEqual(["ToolCallStarted"]);
    scene.finish("listed");
    scene.crash(1_000);
    expect(ask("one")).toEqual(["ToolCallStarted"]);
    scene.finish("listed");
    // The same words with other arguments, in another workspace, or to another tool.
    for (const [hash, subject] of [
      ["two", "ls * | sort"],
      ["three", "ls"],
      ["", "ls * | sort"],
    ]) {
      expect(ask(hash ?? "", subject)).toEqual(["HumanRequestQueued"]);
      scene.decide("deny");
    }
  });

  test("as a rule counts at once, for what its pattern allows and nothing else, while the turn runs", () => {
    const scene = createScene();
    scene.begin({ config: { max_iterations: 40 } });
    const ask = (subject: string, name = "shell") => {
      scene.answer({ tool_calls: [callOf(name)] });
      return typesOf(scene.check(subject));
    };
    expect(ask("echo one")).toEqual(["HumanRequestQueued"]);
    scene.decide("approve", { scope: "rule", match: "echo *" });
    scene.finish("one");
    for (const subject of ["echo two", "echo", "echo one"]) {
      expect(ask(subject)).toEqual(["ToolCallStarted"]);
      scene.finish("said");
    }
    for (const [subject, name] of [
      ["echo two; rm -rf /", "shell"],
      ["echo $(id)", "shell"],
      ["echoes", "shell"],
      ["ls echo two", "shell"],
      ["echo two", "put"],
    ]) {
      expect(ask(subject ?? "", name)).toEqual(["HumanRequestQueued"]);
      scene.decide("deny");
    }
    scene.answer({ tool_calls: [callOf("shell")] });
    expect(typesOf(scene.check("echo three", undefined, { must_ask: true }))).toEqual([
      "HumanRequestQueued",
    ]);
    scene.decide("deny");
    scene.answer({ text: "Done." });
    // The next turn is prepared with the rule, if it is still there.
    scene.begin();
    expect(ask("echo two")).toEqual(["HumanRequestQueued"]);
  });

  test("that denies for the session denies exactly that call, also where a rule would allow it", () => {
    const scene = createScene();
    scene.begin({ config: { max_iterations: 20 } });
    const ask = (hash: string, more = {}) => {
      scene.answer({ tool_calls: [callOf("put")] });
      return typesOf(scene.check("a.txt", undefined, { hash, ...more }))[0];
    };
    expect(ask("one")).toBe("HumanRequestQueued");
    scene.decide("deny", { scope: "session" });
    expect(ask("one")).toBe("ToolCallCompleted");
    expect(spoken(scene).at(-1)).toBe(
      "tool: A human denied this call for the rest of the session.",
    );
    scene.crash(1_000);
    expect(ask("two")).toBe("HumanRequestQueued");
    scene.decide("deny");
    expect(ask("two")).toBe("HumanRequestQueued");
    scene.decide("deny");
    scene.answer({ text: "Done." });
    scene.begin({ rules: [allow("put")] });
    expect([ask("one"), ask("two")]).toEqual(["ToolCallCompleted", "ToolCallStarted"]);
  });

  test("is offered only for as long as it would hold, and refused beyond that", () => {
    const asked = (session: object, must_ask: boolean) => {
      const scene = createScene(session);
      scene.begin();
      scene.answer({ tool_calls: [callOf("put")] });
      scene.check("a.txt", undefined, { must_ask });
      const [request] = scene.state().requests;
      const said = (scope: "once" | "session" | "rule") => {
        const { request_id, hash } = request ?? { request_id: "", hash: "" };
        const decision = { decision: "approve" as const, hash: hash ?? "", scope };
        const response = { type: "decision" as const, ...decision, match: null, reason: null };
        return scene.refusal({ type: "respond", request_id, response });
      };
      const refused = (["once", "session", "rule"] as const).map((scope) => said(scope)?.message);
      return { scopes: request?.scopes, refused };
    };
    const parent = { session_id: "p", turn_id: "pt", call_id: "c", root_session_id: "p" };
    const called = { parent: { ...parent, chain: ["lead"], reason: null } };
    const ends =
      "Here helper answers one call of another object, and its session ends with the answer.";
    const each = "No rule can allow this call: what it would do is for a human to see each time.";
    expect(asked({}, false)).toEqual({
      scopes: undefined,
      refused: [undefined, undefined, undefined],
    });
    expect(asked({}, true)).toEqual({
      scopes: ["once", "session"],
      refused: [undefined, undefined, `${each} Decide once, or for the session.`],
    });
    expect(asked(called, false)).toEqual({
      scopes: ["once", "rule"],
      refused: [undefined, `${ends} Decide once, or as a rule.`, undefined],
    });
    expect(asked(called, true)).toEqual({
      scopes: ["once"],
      refused: [undefined, `${ends} Decide once.`, `${each} Decide once.`],
    });
  });

  test("for the session gives way to a rule that denies", () => {
    const scene = awaiting();
    scene.decide("approve", { scope: "session" });
    scene.finish("written");
    scene.answer({ text: "Done." });
    scene.begin({ rules: [allow("put"), { tool: "p*", match: "a.*", action: "deny" }] });
    scene.answer({ tool_calls: [callOf("put")] });
    expect(typesOf(scene.check("a.txt"))).not.toContain("ToolCallStarted");
    expect(spoken(scene).at(-1)).toBe("tool: Denied by the rule p*(a.*).");
  });

  test("once does not hold for the next call", () => {
    const scene = awaiting();
    scene.decide("approve");
    scene.finish("written");
    scene.answer({ tool_calls: [callOf("put")] });
    expect(typesOf(scene.check("b.txt"))).toEqual(["HumanRequestQueued"]);
  });

  test("waits for a place when others run", () => {
    const scene = createScene();
    scene.begin({ config: { max_parallel_tools: 1 } });
    scene.answer({ tool_calls: [callOf("put"), callOf("look")] });
    scene.check("a.txt");
    scene.check("b.txt");
    expect(typesOf(scene.decide("approve"))).toEqual(["HumanRequestResponded"]);
    expect(typesOf(scene.finish("text"))).toEqual([
      "ToolCallCompleted",
      "MessageAdded",
      "ToolCallStarted",
    ]);
  });
});

describe("a question", () => {
  test("offers its options, and the answer is the result of the call", () => {
    const scene = awaiting(question);
    expect(scene.state().requests).toMatchObject([
      { kind: "question", question: "Which?", options: ["red", "blue"] },
    ]);
    const response = { type: "answer" as const, text: "blue" };
    const happened = scene.take({ type: "respond", request_id: "t1_m1_0_q", response });
    expect(typesOf(happened)).toEqual([
      "HumanRequestResponded",
      "ToolCallCompleted",
      "MessageAdded",
      "ModelCallStarted",
    ]);
    expect(spoken(scene).at(-1)).toBe("tool: blue");
  });

  test("never starts a tool", () => {
    const scene = awaiting(question);
    expect(typesOf(scene.events())).not.toContain("ToolCallStarted");
  });

  test("for a secret is answered without the secret in any event", () => {
    const scene = awaiting(secret);
    const response = { type: "secret" as const, value: "canary-7f3a" };
    scene.take({ type: "respond", request_id: "t1_m1_0_q", response });
    expect(payloadOf(scene.events(), "HumanRequestResponded").response).toEqual({
      type: "secret",
      value: "[secret]",
    });
    expect(JSON.stringify([scene.events(), scene.state()])).not.toContain("canary-7f3a");
  });
});

describe("a question that a rule denies", () => {
  test("is never asked, whoever allows it besides", () => {
    const scene = createScene();
    const rules = [allow("*"), { tool: "ask_human", match: null, action: "deny" as const }];
    scene.begin({ rules });
    scene.answer({ tool_calls: [question] });
    expect(typesOf(scene.check("Which?"))).not.toContain("HumanRequestQueued");
    expect(spoken(scene).at(-1)).toBe("tool: Denied by the rule ask_human.");
  });

  test("is asked where the rule only wants a human to be asked", () => {
    const scene = createScene();
    scene.begin({ rules: [{ tool: "ask_human", match: null, action: "ask" }] });
    scene.answer({ tool_calls: [question] });
    scene.check("Which?");
    expect(scene.state().requests).toMatchObject([{ kind: "question", question: "Which?" }]);
  });
});

describe("a deadline", () => {
  test("closes the request, denies its call and lets the agent go on", () => {
    const scene = awaiting(undefined, { request_deadline_ms: 60_000 });
    expect(scene.effects()).toEqual([
      {
        type: "wake_at",
        id: "wake:2030-01-01T00:01:00.000Z",
        at: "2030-01-01T00:01:00.000Z",
      },
    ]);
    scene.pass(59_999);
    expect(scene.take({ type: "woke" })).toEqual([]);
    scene.pass(1);
    const happened = scene.take({ type: "woke" });
    expect(payloadOf(happened, "HumanRequestExpired").reason).toBe("deadline");
    expect(payloadOf(happened, "ToolCallCompleted")).toMatchObject({
      outcome: "denied",
      denial: { subject: "May helper use put: a.txt", allow_with: "answer before the deadline" },
    });
    expect(scene.owed("call_model")).toHaveLength(1);
  });

  test("that passed while the daemon was away counts at the restart", () => {
    const scene = awaiting(undefined, { request_deadline_ms: 60_000 });
    expect(typesOf(scene.crash(60_000))).toContain("HumanRequestExpired");
  });

  test("that two requests share is one wait, and closes each of them once", () => {
    const scene = createScene();
    scene.begin({ config: { request_deadline_ms: 60_000, enable_self_correction: false } });
    scene.answer({ tool_calls: [callOf("put"), callOf("put")] });
    scene.check("a.txt");
    scene.check("b.txt");
    expect(scene.owed("wake_at")).toHaveLength(1);
    scene.pass(60_000);
    expect(typesOf(scene.take({ type: "woke" }))).toEqual([
      "HumanRequestExpired",
      "ToolCallCompleted",
      "MessageAdded",
      "HumanRequestExpired",
      "ToolCallCompleted",
      "MessageAdded",
      "TurnFailed",
    ]);
  });
});

describe("when nobody is there", () => {
  test("`deny` refuses the call, says what would allow it, and goes on", () => {
    const scene = createScene();
    scene.begin({ on_ask: "deny" });
    scene.answer({ tool_calls: [callOf("put"), question] });
    expect(payloadOf(scene.check("a.txt"), "ToolCallCompleted")).toMatchObject({
      outcome: "denied",
      denial: { subject: "a.txt", allow_with: "--allow 'put(a.txt)'" },
    });
    expect(payloadOf(scene.check("a.txt"), "ToolCallCompleted")).toMatchObject({
      outcome: "denied",
      denial: { subject: "Which?", allow_with: "--on-ask queue" },
    });
    expect(scene.state().requests).toEqual([]);
    expect(scene.owed("call_model")).toHaveLength(1);
  });

  test("`fail` ends the turn as blocked, whatever limit is near", () => {
    for (const call of [callOf("put"), question]) {
      const scene = createScene();
      scene.begin({ on_ask: "fail", config: { max_iterations: 1, enable_self_correction: false } });
      scene.answer({ tool_calls: [call] });
      const happened = scene.check("a.txt");
      expect(typesOf(happened)).toEqual(["ToolCallCompleted", "MessageAdded", "TurnFailed"]);
      expect(payloadOf(happened, "TurnFailed").error.code).toBe("blocked");
      expect(payloadOf(happened, "ToolCallCompleted").denial).not.toBeNull();
    }
  });

  test("a call that a rule denies is refused with the rule, also where somebody is there", () => {
    const scene = createScene();
    scene.begin({ rules: [{ tool: "shell", match: "rm *", action: "deny" }] });
    scene.answer({ tool_calls: [callOf("shell")] });
    expect(payloadOf(scene.check("rm -rf /"), "ToolCallCompleted").denial).toEqual({
      subject: "rm -rf /",
      allow_with: "take that rule away",
    });
    expect(spoken(scene).at(-1)).toBe("tool: Denied by the rule shell(rm *).");
  });
});
