// The whole interface that a test plays, without a terminal and a daemon: inputs in, screens and effects out.
import type { CommandName, Reply } from "../../src/protocol/commands/index.ts";
import type { FollowFrame, SignalFrame } from "../../src/protocol/frames.ts";
import type { Message, SessionView } from "../../src/protocol/messages.ts";
import type { Effect, Frame, Input, Size } from "../../src/tui/shapes.ts";
import { type Beginning, initialState, type State } from "../../src/tui/state.ts";
import { update } from "../../src/tui/update.ts";
import { view } from "../../src/tui/view/index.ts";
import { letters } from "./screens.ts";
import { agentOf, createFrames, message, now, timeAt } from "./tui-frames.ts";

type CallEffect = Extract<Effect, { type: "call" }>;

export interface PlayedInterface {
  state: State;
  /** What was asked for since the last look. */
  effects(): Effect[];
  /** The calls among them, by command. */
  calls<Name extends CommandName>(command: Name): Extract<CallEffect, { command: Name }>[];
  give(...inputs: Input[]): void;
  press(...keys: string[]): void;
  type(text: string): void;
  frames(...frames: FollowFrame[]): void;
  replied<Name extends CommandName>(command: Name, purpose: string, reply: Reply<Name>): void;
  frame(size?: Size): Frame;
  screen(size?: Size): string;
}

export function playInterface(fields: Partial<Beginning> = {}): PlayedInterface {
  const effects: Effect[] = [];
  const size = fields.size ?? { columns: 80, rows: 24 };
  const beginning = {
    environment: "default",
    session_id: null,
    workspace: "/home/ada/project",
    now,
  };
  const played: PlayedInterface = {
    state: initialState({ ...beginning, seed: "seed", size, ...fields }),
    effects: () => effects.splice(0),
    calls<Name extends CommandName>(command: Name) {
      return played.effects().filter(
        // The name of its command says which call it is.
        (effect): effect is Extract<CallEffect, { command: Name }> =>
          effect.type === "call" && effect.command === command,
      );
    },
    give(...inputs) {
      // Each input is drawn at once.
      for (const input of inputs) {
        for (const one of [input, { type: "drawn", now: played.state.now } as const]) {
          const next = update(played.state, one);
          played.state = next.state;
          effects.push(...next.effects);
        }
      }
    },
    press(...keys) {
      for (const name of keys) {
        const text = [...name].length === 1 ? name : name === "space" ? " " : "";
        played.give({ type: "key", key: { name, text } });
      }
    },
    type(text) {
      for (const letter of text) {
        const name = letter === " " ? "space" : letter;
        played.give({ type: "key", key: { name, text: letter } });
      }
    },
    frames: (...frames) => played.give({ type: "frames", frames }),
    replied(command, purpose, reply) {
      // The table of commands says which reply each has.
      played.give({ type: "replied", command, purpose, reply } as Input);
    },
    frame: (at = played.state.size) => view(played.state, at),
    screen: (at = played.state.size) => letters(view(played.state, at).lines),
  };
  played.give({ type: "resize", size });
  return played;
}

export const sessionOf = (
  conversation: Message[],
  fields: Partial<SessionView> = {},
): SessionView => ({
  session_id: "s1",
  po_name: "assistant",
  name: null,
  source: "tui",
  agent_mode: "single",
  state: "idle",
  message_count: conversation.length,
  title: "",
  workspace: "/home/ada/project",
  parent: null,
  forked_from: null,
  ephemeral: false,
  created_at: timeAt(0),
  updated_at: timeAt(0),
  conversation,
  session_state: { active_tools: [], context: {}, iteration_count: 0 },
  metadata: {},
  turn_id: null,
  queued: 0,
  ...fields,
});

export const noMoney = {
  input_tokens: 0,
  output_tokens: 0,
  cached_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: 0,
};

export const said = (id: string, content: string, fields: Partial<Message> = {}): Message =>
  message({ message_id: id, role: "user", turn_id: null, content, ...fields });

export const answered = (id: string, content: string, fields: Partial<Message> = {}): Message =>
  message({ message_id: id, turn_id: "t1", content, ...fields });

/** The interface with a session that was fetched. */
export function playSession(
  conversation: Message[],
  { size, ...fields }: Partial<SessionView> & { size?: Size } = {},
): PlayedInterface {
  const played = playInterface({ session_id: "s1", ...(size ? { size } : {}) });
  played.replied("GetSession", "root:session", { session: sessionOf(conversation, fields) });
  played.effects();
  return played;
}

export const ids = { session_id: "s1", turn_id: "t1" };

export const signal = (
  signal_type: SignalFrame["signal_type"],
  message_id: string,
  text: string,
  offset = 0,
): SignalFrame => ({
  type: "signal",
  subscription_id: "s",
  signal_type,
  ...ids,
  message_id,
  attempt: 0,
  offset,
  text,
});

/** A conversation with everything that one can hold, and a turn that still runs. */
export function playLively(size: Size): PlayedInterface {
  const markdown =
    "The deploy is **safe** with one change:\n\n- the region\n- the `count`\n\n" +
    '```ts\nconst region = "us"; // moved\nexport { region };\n```\n\n' +
    "| file | lines |\n|---|--:|\n| src/deploy.ts | 2 |\n";
  const shell = { id: "c1", name: "shell", args: { command: "git diff --stat" } };
  const edit = {
    id: "c2",
    name: "file_edit",
    args: {
      path: "src/deploy.ts",
      old_text: "const region = 'eu';\nconst count = 2;\n",
      new_text: "const region = 'us';\nconst count = 2;\n",
    },
  };
  const played = playSession(
    [
      said("m1", "Is the deploy safe?\nLook at 日本語.txt too 😀."),
      answered("m2", "", {
        tool_calls: [shell, edit],
        reasoning: { text: "First the difference, then the file.", opaque: null },
      }),
      message({ message_id: "m3", role: "tool", tool_call_id: "c1", content: "a\nb\nc" }),
      message({ message_id: "m4", role: "tool", tool_call_id: "c2", content: "Edited." }),
      answered("m5", markdown),
    ],
    { size, name: "the deploy" },
  );
  const { frames, add } = createFrames();
  const review = { id: "c3", name: "critic", args: { message: "Is this safe?" } };
  const tests = { id: "c4", name: "shell", args: { command: "bun test" } };
  const read = { id: "c5", name: "file_read", args: { path: "missing.ts" } };
  add("TurnStarted", { ...ids, agent: { ...agentOf("assistant"), context_tokens: 200_000 } });
  add("MessageAdded", {
    ...said("m6", "Run the tests, and ask the critic.", { turn_id: "t1" }),
    session_id: "s1",
  });
  add("MessageAdded", {
    ...answered("m7", "Both at once.", { tool_calls: [review, tests, read] }),
    session_id: "s1",
  });
  add("UsageRecorded", {
    ...ids,
    call_id: "k1",
    model: "test/one",
    usage: { ...noMoney, input_tokens: 17_000, output_tokens: 1_200, cost_usd: 0.12 },
  });
  for (const tool_call of [review, tests, read])
    add("ToolCallStarted", { ...ids, tool_call, hash: "h" });
  add("DelegationStarted", {
    ...ids,
    call_id: "c3",
    po_name: "critic",
    child_session_id: "s2",
    child_turn_id: "t2",
  });
  add("ToolCallCompleted", {
    ...ids,
    call_id: "c5",
    name: "file_read",
    success: false,
    outcome: "failed",
    duration_ms: 40,
    output_bytes: 20,
    spilled_to: null,
    denial: null,
  });
  add("MessageAdded", {
    ...message({
      message_id: "m8",
      role: "tool",
      tool_call_id: "c5",
      content: "missing.ts: there is no such file.",
    }),
    session_id: "s1",
  });
  played.frames(
    ...frames,
    signal("ToolOutputDelta", "c4", "1 pass\n2 pass\n3 pass\n4 pass\n5 pass\n6 pass\n"),
    signal("TextDelta", "m9", "While the tests run, here is what I **know"),
  );
  played.effects();
  return played;
}
