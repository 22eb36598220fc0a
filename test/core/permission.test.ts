// The permission table: which rule decides, and what no rule can allow.
import { describe, expect, test } from "bun:test";
import { isKeptBack, narrowestRule, ruleText } from "../../src/core/agent/permission.ts";
import { retryDelay } from "../../src/core/agent/retry.ts";
import {
  type AskedCall,
  defaultAgentConfig,
  matchesPattern,
  type PermissionRule,
  permit,
} from "../../src/core/index.ts";

const rule = (
  action: PermissionRule["action"],
  tool: string,
  match: string | null = null,
): PermissionRule => ({ tool, match, action });

const shell = (subject: string): AskedCall => ({ tool: "shell", risk: "execute", subject });

describe("without a rule", () => {
  test("harmless tools and reads are allowed, and everything else is asked", () => {
    const risks = ["none", "read", "write", "execute", "network"] as const;
    const actions = risks.map((risk) => permit([], { tool: "any", risk, subject: "" }).action);
    expect(actions).toEqual(["allow", "allow", "ask", "ask", "ask"]);
  });
});

describe("rules", () => {
  test("that deny win over everything, wherever they stand", () => {
    const rules = [rule("allow", "*"), rule("ask", "shell"), rule("deny", "shell", "rm *")];
    expect(permit(rules, shell("rm -rf /"))).toEqual({
      action: "deny",
      rule: rule("deny", "shell", "rm *"),
    });
  });

  test("decide in their order otherwise", () => {
    const rules = [rule("ask", "shell", "git push*"), rule("allow", "shell", "git *")];
    expect(permit(rules, shell("git push origin")).action).toBe("ask");
    expect(permit(rules, shell("git status")).action).toBe("allow");
    expect(permit([...rules].reverse(), shell("git push origin")).action).toBe("allow");
  });

  test("that were given for one call are about that call, and about no other of the same words", () => {
    const given = { ...rule("allow", "shell", "./go | sort"), call_hash: "one" };
    const action = (more: Partial<AskedCall>) =>
      permit([given], { ...shell("./go | sort"), ...more }).action;
    expect([action({ hash: "one" }), action({ hash: "one", subject: "x" })]).toEqual([
      "allow",
      "allow",
    ]);
    for (const more of [{}, { hash: "two" }, { hash: "" }, { hash: "one", tool: "put" }]) {
      expect(action(more)).toBe("ask");
    }
    expect(permit([{ ...given, call_hash: "" }], shell("./go | sort")).action).toBe("ask");
    expect(ruleText(given)).toBe("shell(./go | sort) exactly");
  });

  test("that ask or deny see a call without what only narrows it too; those that allow do not", () => {
    const call = { ...shell("cd sub && rm -r x"), bare_subject: "rm -r x" };
    const action = (one: PermissionRule) => permit([one, rule("allow", "shell")], call).action;
    expect(action(rule("deny", "shell", "rm *"))).toBe("deny");
    expect(action(rule("ask", "shell", "rm *"))).toBe("ask");
    const posted = { tool: "http_request", risk: "network" as const };
    const withBody = {
      ...posted,
      subject: "POST http://a/ with a body",
      bare_subject: "POST http://a/",
    };
    const allowed = rule("allow", "http_request", "POST http://a/");
    expect(permit([allowed], withBody).action).toBe("ask");
    expect(permit([allowed], { ...posted, subject: "POST http://a/" }).action).toBe("allow");
    expect(permit([rule("allow", "shell", "rm *")], call).action).toBe("ask");
  });

  test("about files keep them back from a search of the folder above; those about a tool do not", () => {
    const keeps = (...rules: PermissionRule[]) => isKeptBack(rules, "secret/key.txt");
    const [allow, deny] = [rule("allow", "file_read"), rule("deny", "file_read", "secret/*")];
    expect([keeps(), keeps(rule("deny", "file_read")), keeps(rule("ask", "*"))]).toEqual([
      false,
      false,
      false,
    ]);
    expect([keeps(deny), keeps(allow, deny), keeps(rule("deny", "*", "*.txt"))]).toEqual([
      true,
      true,
      true,
    ]);
    const ask = rule("ask", "file_read", "secret/*");
    expect([keeps(ask), keeps(allow, ask)]).toEqual([true, false]);
    expect(keeps(rule("deny", "file_read", "other/*"))).toBe(false);
  });

  test("with a command and a star are about the command alone too", () => {
    const rules = [rule("allow", "shell", "git log *")];
    const lines = ["git log", "git log -3", "git logs", "git", "git log; id"];
    expect(lines.map((line) => permit(rules, shell(line)).action)).toEqual([
      "allow",
      "allow",
      "ask",
      "ask",
      "ask",
    ]);
    expect(permit([rule("deny", "shell", "rm *")], shell("rm")).action).toBe("deny");
  });

  test("that are advised are the narrowest that really allow the call", () => {
    expect(narrowestRule(shell("ls -l src"))).toBe("shell(ls -l src)");
    const wide = ["ls && id", "ls '*'", "a".repeat(81), "", "ls\nid"];
    expect(wide.map((line) => narrowestRule(shell(line)))).toEqual(wide.map(() => "shell"));
    const page = { tool: "http_request", risk: "network" as const, subject: "GET https://a.b/c" };
    expect(narrowestRule(page)).toBe("http_request(GET https://a.b/c)");
  });

  test("may ask for what is otherwise allowed", () => {
    const call = { tool: "file_read", risk: "read" as const, subject: "keys.yml" };
    expect(permit([rule("ask", "file_read", "keys*")], call).action).toBe("ask");
  });

  test("count for the tool that they name and for no other", () => {
    expect(permit([rule("allow", "shel")], shell("ls")).action).toBe("ask");
    expect(permit([rule("allow", "sh*")], shell("ls")).action).toBe("allow");
  });

  test("with a pattern never allow a command line that does more than run one program", () => {
    const rules = [rule("allow", "shell", "git *"), rule("allow", "shell", "*")];
    const tricks = [
      "git status; rm -rf /",
      "git status && id",
      "git status | sh",
      "git log > /etc/passwd",
      "git log < secret",
      "git $(id)",
      "git `id`",
      "git $IFS x",
      "git status\nid",
      "git status\rid",
      "git status\tx",
      "git 'a'",
      'git "a"',
      "git a\\ b",
      "git *",
      "git ?",
      "git [a]",
      "git {a,b}",
      "git ~root",
      "git !!",
      "git #",
      "git a\u0000b",
      "git a\u2028id",
      "git a & id",
      "git (id)",
      "git ^x",
    ];
    const allowed = tricks.filter((subject) => permit(rules, shell(subject)).action !== "ask");
    expect(allowed).toEqual([]);
    expect(permit(rules, shell("git diff --stat origin/main -- src/a_b.ts ü")).action).toBe(
      "allow",
    );
  });

  test("without a pattern allow the whole tool, as they say", () => {
    expect(permit([rule("allow", "shell")], shell("a; b")).action).toBe("allow");
  });

  test("with a pattern deny a command line whatever else stands in it", () => {
    expect(permit([rule("deny", "shell", "*rm *")], shell("true; rm -rf /")).action).toBe("deny");
  });

  test("are written as people write them", () => {
    expect([rule("allow", "shell"), rule("deny", "shell", "git diff *")].map(ruleText)).toEqual([
      "shell",
      "shell(git diff *)",
    ]);
  });
});

describe("a pattern", () => {
  test("matches any text where it has a star, and itself where not", () => {
    const rows: [pattern: string, text: string, isMatch: boolean][] = [
      ["", "", true],
      ["", "a", false],
      ["*", "", true],
      ["*", "a\nb", true],
      ["a", "a", true],
      ["a", "ab", false],
      ["a*", "a", true],
      ["a*", "ba", false],
      ["*a", "ba", true],
      ["*a", "ab", false],
      ["a*a", "a", false],
      ["a*a", "aa", true],
      ["a*b*c", "a-b-c", true],
      ["a*b*c", "ac", false],
      ["a*bc*c", "abc", false],
      ["a**b", "ab", true],
      ["a.b", "axb", false],
      ["(a|b)", "a", false],
      ["src/*.ts", "src/a/b.ts", true],
      ["src/*.ts", "src/a.tsx", false],
    ];
    const wrong = rows.filter(
      ([pattern, text, isMatch]) => matchesPattern(pattern, text) !== isMatch,
    );
    expect(wrong).toEqual([]);
  });

  test("with many stars does not blow up on a long text", () => {
    expect(matchesPattern("*a".repeat(100), "a".repeat(100_000))).toBe(true);
    expect(matchesPattern(`${"*a".repeat(100)}b`, "a".repeat(100_000))).toBe(false);
  });
});

describe("the wait before the next attempt", () => {
  const delay = (failures: number, fields: { retryAfterMs?: number; isRetryable?: boolean } = {}) =>
    retryDelay({
      failures,
      isRetryable: fields.isRetryable ?? true,
      retryAfterMs: fields.retryAfterMs,
      config: { ...defaultAgentConfig, max_model_attempts: 20 },
    });

  test("doubles from the base up to a minute", () => {
    expect([1, 2, 3, 7, 8, 19].map((failures) => delay(failures))).toEqual([
      500, 1_000, 2_000, 32_000, 60_000, 60_000,
    ]);
  });

  test("is over after the last attempt, and never begins for what cannot get better", () => {
    expect([delay(20), delay(1, { isRetryable: false })]).toEqual([undefined, undefined]);
  });

  test("is the vendor's where it names one that is short enough", () => {
    const named = [0, 1_500, 120_000, 120_001, -5, Number.NaN, Number.POSITIVE_INFINITY];
    expect(named.map((retryAfterMs) => delay(1, { retryAfterMs }))).toEqual([
      0,
      1_500,
      120_000,
      undefined,
      0,
      undefined,
      undefined,
    ]);
  });
});
