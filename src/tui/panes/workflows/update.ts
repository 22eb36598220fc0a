// What keys and replies make of the workflows' pane.
import type { Workflow } from "../../../protocol/workflows.ts";
import type { PaneResult, Shared } from "../../pane.ts";
import type { Effect, Input } from "../../shapes.ts";
import { clip } from "../../world/clip.ts";
import { MAX_TEXT_LENGTH, type WorkflowRun } from "../../world.ts";
import { paneAction } from "../parts/bound.ts";
import { emptyField, type Field, fieldText, typeInto } from "../parts/field.ts";
import type { PaneAction } from "../parts/keys.ts";
import { current, moveBy } from "../parts/list.ts";
import { pass, stay } from "../parts/words.ts";

/** Lines that one key scrolls. */
const SCROLLED_LINES = 5;

/** What a run still needs: its parameters one after another, then its message. */
export interface Asking {
  workflow: string;
  needed: readonly string[];
  given: Readonly<Record<string, string>>;
  field: Field;
}

export interface WorkflowsState {
  selected: string | null;
  scroll: number;
  /** Of the runs of the selected one, the newest first. */
  run: number;
  info: Workflow | null;
  asking: Asking | null;
  asked: string;
}

export const initialWorkflows: WorkflowsState = {
  selected: null,
  scroll: 0,
  run: 0,
  info: null,
  asking: null,
  asked: "",
};

type Result = PaneResult<WorkflowsState>;

export const workflowNames = ({ world }: Shared): readonly string[] =>
  world.workflows.map(({ name }) => name);

export const chosenWorkflow = (state: WorkflowsState, shared: Shared): string | null =>
  current(workflowNames(shared), state.selected);

export const runsOf = ({ world }: Shared, name: string | null): readonly WorkflowRun[] =>
  world.runs.filter(({ workflow }) => workflow.name === name).toReversed();

export function updateWorkflows(state: WorkflowsState, input: Input, shared: Shared): Result {
  const result = taken(state, input, shared);
  const name = chosenWorkflow(result.state, shared);
  if (name === null || !shared.isFocused || result.state.asked === name) return result;
  const params = { workflow: name };
  const effect: Effect = {
    type: "call",
    command: "GetWorkflow",
    params,
    purpose: "workflows:info",
  };
  const asked = { ...result.state, asked: name };
  return { ...result, state: asked, effects: [...result.effects, effect] };
}

function taken(state: WorkflowsState, input: Input, shared: Shared): Result {
  switch (input.type) {
    case "key":
      return state.asking
        ? typed(state, { asking: state.asking, shared }, input)
        : acted(state, paneAction(shared, "workflows", input.key.name), shared);
    case "paste":
      return state.asking ? typed(state, { asking: state.asking, shared }, input) : pass(state);
    case "replied":
      if (input.command === "GetWorkflow") return stay({ ...state, info: input.reply.workflow });
      if (input.command !== "RunWorkflow") return stay(state);
      return { ...stay({ ...state, run: 0 }), request: { notice: noticeOf(input.reply.warnings) } };
    case "call_failed":
      return { ...stay(state), request: { notice: input.error.message } };
    default:
      return pass(state);
  }
}

const noticeOf = (warnings: readonly string[]): string =>
  warnings.length === 0 ? "It runs." : clip(`It runs. ${warnings.join(" ")}`, MAX_TEXT_LENGTH);

function acted(
  state: WorkflowsState,
  action: PaneAction<"workflows"> | undefined,
  shared: Shared,
): Result {
  const name = chosenWorkflow(state, shared);
  const runs = runsOf(shared, name);
  switch (action) {
    case "close":
      return { ...stay(state), request: "close" };
    case "up":
    case "down": {
      const selected = moveBy(workflowNames(shared), state.selected, action === "up" ? -1 : 1);
      return stay({ ...state, selected, run: 0, scroll: 0 });
    }
    case "page_up":
      return stay({ ...state, scroll: Math.max(0, state.scroll - SCROLLED_LINES) });
    case "page_down":
      return stay({ ...state, scroll: state.scroll + SCROLLED_LINES });
    case "next":
      return stay({ ...state, run: runs.length === 0 ? 0 : (state.run + 1) % runs.length });
    case "open": {
      const run = runs[state.run];
      return run ? { ...stay(state), request: { open_session: run.session_id } } : stay(state);
    }
    case "run":
      return state.info && state.info.name === name
        ? stay(beginning(state, state.info))
        : stay(state);
    default:
      return pass(state);
  }
}

function beginning(state: WorkflowsState, { name, parameters }: Workflow): WorkflowsState {
  const needed = Object.entries(parameters).flatMap(([key, value]) =>
    value === null ? [key] : [],
  );
  return {
    ...state,
    asking: nextField({ workflow: name, needed, given: {}, field: emptyField("") }),
  };
}

const nextField = (asking: Asking): Asking => ({
  ...asking,
  field: emptyField(asking.needed[0] ?? "message"),
});

function typed(
  state: WorkflowsState,
  { asking, shared }: { asking: Asking; shared: Shared },
  input: Input,
): Result {
  const action = input.type === "key" ? paneAction(shared, "field", input.key.name) : undefined;
  if (action === "leave") return stay({ ...state, asking: null });
  if (action !== "submit") {
    const field = typeInto(asking.field, input) ?? asking.field;
    return stay({ ...state, asking: { ...asking, field } });
  }
  const text = fieldText(asking.field).trim();
  const [parameter, ...needed] = asking.needed;
  if (parameter !== undefined) {
    const given = { ...asking.given, [parameter]: text };
    return stay({ ...state, asking: nextField({ ...asking, needed, given }) });
  }
  if (text === "") return stay(state);
  const { workflow, given } = asking;
  const { settings } = shared;
  const params = { workflow, message: text, parameters: given, settings };
  return stay({ ...state, asking: null }, [
    { type: "call", command: "RunWorkflow", params, purpose: "workflows:run" },
  ]);
}
