// A pane that a test plays: keys in, what it shows and asks for out.
import type { CommandName, Reply } from "../../src/protocol/commands/index.ts";
import {
  type LivePane,
  livePane,
  type Pane,
  type PaneRequest,
  type Shared,
} from "../../src/tui/pane.ts";
import type { Effect, Input, Size } from "../../src/tui/shapes.ts";
import { letters } from "./screens.ts";

export interface PlayedPane {
  shared: Shared;
  /** Its terminal takes no frames. */
  isStuck: boolean;
  /** What was asked for since the last look. */
  effects(): Effect[];
  requests(): PaneRequest[];
  give(input: Input): boolean;
  /** Keys by name; a text in quotes is typed letter by letter. */
  press(...keys: string[]): void;
  type(text: string): void;
  /** Time goes on, as the loop tells it. */
  wait(milliseconds: number): void;
  replied<Name extends CommandName>(command: Name, purpose: string, reply: Reply<Name>): void;
  screen(size?: Size): string;
  lines(size?: Size): ReturnType<LivePane["view"]>;
}

const wide: Size = { columns: 80, rows: 24 };

export function playPane<S>(pane: Pane<S>, shared: Shared): PlayedPane {
  let live = livePane(pane);
  const effects: Effect[] = [];
  const requests: PaneRequest[] = [];
  function told(input: Input): boolean {
    const result = live.update(input, played.shared);
    live = result.state;
    effects.push(...result.effects);
    if (result.request) requests.push(result.request);
    return result.isTaken;
  }
  const played: PlayedPane = {
    shared,
    isStuck: false,
    effects: () => effects.splice(0),
    requests: () => requests.splice(0),
    give(input) {
      // Each input is drawn at once.
      const { isStuck, shared } = played;
      const isTaken = told(input);
      if (!isStuck && input.type !== "drawn") told({ type: "drawn", now: shared.now });
      return isTaken;
    },
    press(...keys) {
      for (const name of keys) {
        const text = [...name].length === 1 ? name : name === "space" ? " " : "";
        played.give({ type: "key", key: { name, text } });
      }
    },
    type(text) {
      for (const letter of text) {
        played.give({
          type: "key",
          key: { name: letter === " " ? "space" : letter, text: letter },
        });
      }
    },
    wait(milliseconds) {
      const now = played.shared.now + milliseconds;
      played.shared = { ...played.shared, now };
      played.give({ type: "tick", now });
    },
    replied(command, purpose, reply) {
      // The table of commands says which reply each has.
      played.give({ type: "replied", command, purpose, reply } as Input);
    },
    screen: (size = wide) => letters(live.view(played.shared, size)),
    lines: (size = wide) => live.view(played.shared, size),
  };
  return played;
}
