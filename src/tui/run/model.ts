// The interface of this program: its state from what is known at the start, its update and its view.
import type { InterfaceOptions } from "../../terminal/interface.ts";
import { withHistory } from "../composer/index.ts";
import { BINDINGS_FILE, type ReadBindings } from "../palette/bindings.ts";
import type { Size } from "../shapes.ts";
import { initialState, type State } from "../state.ts";
import { isBusy } from "../state-questions.ts";
import { isPaneFading } from "../update/panes.ts";
import { update } from "../update.ts";
import { view } from "../view/index.ts";
import type { KeptFiles } from "./kept-files.ts";
import type { Model } from "./loop.ts";

type Known = Pick<InterfaceOptions, "model" | "directory" | "hasMouse" | "isMotionReduced"> & {
  bindings: ReadBindings;
  link: { hello: { environment: string } };
  chosen: { session_id: string | null; po_name: string | null };
  kept: Pick<KeptFiles, "draftOf" | "history" | "pins">;
};

export function modelOf(
  { link, chosen, kept, model, directory, bindings, hasMouse, isMotionReduced }: Known,
  { size, seed, now }: { size: Size; seed: string; now: number },
): Model<State> {
  const initial = initialState({
    environment: link.hello.environment,
    session_id: chosen.session_id,
    po_name: chosen.po_name,
    workspace: directory,
    now,
    seed,
    size,
    draft: kept.draftOf(chosen.session_id),
    pinned: kept.pins,
    bindings: bindings.bindings,
    bindingProblems: problemsOf(bindings),
    isMouseOn: hasMouse,
    model,
  });
  const composer = withHistory(initial.composer, kept.history);
  const notice = noticeOf(bindings);
  return {
    initial: { ...initial, composer, notice },
    update,
    view,
    counts: isMotionReduced ? fades : counts,
  };
}

/** The first mistake in the file of bound keys, and how many more there are. */
function noticeOf(bindings: ReadBindings): State["notice"] {
  const [first, ...others] = problemsOf(bindings);
  if (first === undefined) return null;
  const more = others.length > 0 ? ` (and ${others.length} more: f1 shows them)` : "";
  return { text: `${first}${more}`, until: null, isProblem: true };
}

const problemsOf = ({ problems }: ReadBindings): readonly string[] =>
  problems.map(({ line, problem }) => `${BINDINGS_FILE}:${line} ${problem}`);

/** What is shown for a while, and then goes away. */
const fades = (state: State): boolean =>
  state.notice !== null || state.leaving !== null || isPaneFading(state);

/** Elapsed times, too, also of what began before this interface looked; and how long a connection is lost. */
const counts = (state: State): boolean =>
  fades(state) ||
  isBusy(state) ||
  state.lines.length > 0 ||
  state.link.type === "lost" ||
  [...state.world.sessions.values()].some((one) => one.state !== "idle");
