// What can be done by name, done.
import { type Act, MAX_PINNED } from "../acts.ts";
import { updateComposer, withSent } from "../composer/index.ts";
import { isWide } from "../layout.ts";
import { openedPalette } from "../palette/index.ts";
import type { State } from "../state.ts";
import { composerContextOf } from "../state-questions.ts";
import { copy, dump, foldAll, toEnd } from "./conversation.ts";
import { runLine } from "./lines.ts";
import { interrupt, send } from "./messages.ts";
import { searchFor, startSearch } from "./search.ts";
import { newSession, openSession } from "./session.ts";
import { type Next, still, withNotice } from "./updated.ts";

export function act(state: State, what: Act): Next {
  switch (what.type) {
    case "open_pane":
      return still(openPane(state, what.name));
    case "close_pane":
      // Whoever came from the conversation is back in it.
      return still({ ...state, open: null, focus: state.behind, behind: "composer" });
    case "open_session":
      return openSession(state, what.session_id, what.search);
    case "new_session":
      return newSession(state, what.po_name);
    case "pin":
      return pin(state, what);
    case "use_model":
    case "use_mode":
    case "use_permissions":
      return still(choose(state, what));
    case "send":
      return send(state, what);
    case "run_line":
      return runLine(state, what.command);
    case "insert": {
      // As if it was pasted: what can follow it is offered.
      const input = { type: "paste", text: what.text } as const;
      const next = updateComposer(state.composer, input, composerContextOf(state));
      const shown: State = { ...state, open: null, overlay: null, focus: "composer" };
      return still({ ...shown, composer: next.state }, ...next.effects);
    }
    case "interrupt":
      return interrupt(state);
    case "copy":
      return copy(state, what.number);
    case "search":
      return still(what.query === "" ? startSearch(state) : searchFor(state, what.query));
    case "fold_all":
      return still(foldAll(state));
    case "dump":
      return dump(state, what.to);
    case "help":
      return still({ ...state, overlay: "help", helpScroll: 0 });
    case "palette":
      return still({ ...state, overlay: "palette", palette: openedPalette(state.palette) });
    case "mouse":
      return mouse(state, what.isOn);
    case "notice":
      return still(withNotice(state, what.text));
    case "keep":
      return keep(state, what);
    case "quit":
      return still(state, { type: "quit", resume: state.session_id });
    case "perform":
      // Whoever did something looks at what comes of it.
      return still(toEnd(state), ...what.effects);
  }
}

function pin(state: State, { session_id, isPinned }: Extract<Act, { type: "pin" }>): Next {
  const others = state.pinned.filter((one) => one !== session_id);
  if (isPinned && others.length >= MAX_PINNED) {
    return still(withNotice(state, `${MAX_PINNED} conversations are pinned already: unpin one.`));
  }
  const pinned = isPinned ? [...others, session_id] : others;
  return still({ ...state, pinned }, { type: "pin", session_id, isPinned });
}

function keep(state: State, { text, notice }: Extract<Act, { type: "keep" }>): Next {
  const { session_id, po_name } = state;
  const entry = { text, session_id, po_name };
  const composer = withSent(state.composer, entry);
  return still(withNotice({ ...state, composer }, notice), { type: "remember", entry });
}

function mouse(state: State, isOn: boolean): Next {
  const said = isOn ? "The mouse works here; shift selects text." : "The mouse selects text.";
  return still(withNotice({ ...state, isMouseOn: isOn }, said), { type: "mouse", isOn });
}

/** On a wide screen the agents stand beside the conversation already: they only come into focus. */
export function openPane(state: State, name: string): State {
  if (!state.panes.some((pane) => pane.name === name)) {
    return withNotice(state, `There is nothing called ${name} to open.`);
  }
  const open = name === "agents" && isWide(state.size) ? null : name;
  const behind = state.focus === "pane" ? state.behind : state.focus;
  return { ...state, open, overlay: null, focus: "pane", behind };
}

/** Who answered last need not be who answers next: that is told when its turn begins. */
function withUnknownModel(state: State): State {
  const { session } = state;
  if (!session) return state;
  return { ...state, session: { ...session, transcript: { ...session.transcript, model: "" } } };
}

type Choice = Extract<Act, { type: "use_model" | "use_mode" | "use_permissions" }>;

function choose(state: State, choice: Choice): State {
  const { chosen } = state;
  switch (choice.type) {
    case "use_model": {
      const said = choice.model ?? "as the object says";
      const next = { ...state, chosen: { ...chosen, model: choice.model } };
      return withNotice(choice.model === null ? withUnknownModel(next) : next, `Model: ${said}`);
    }
    case "use_mode": {
      const said = choice.mode ?? "as the object says";
      return withNotice({ ...state, chosen: { ...chosen, mode: choice.mode } }, `Mode: ${said}`);
    }
    case "use_permissions": {
      const { permissions } = choice;
      return withNotice(
        { ...state, chosen: { ...chosen, permissions } },
        `Permissions: ${permissions}`,
      );
    }
  }
}
