// The shape of every decision-maker. Pure: no clock, no randomness, no I/O, no async.
// Times and ids arrive inside inputs. `apply` is total: it runs after the commit and again at every
// start, so it never throws, whatever the order of events.

export interface Machine<State, Input, Event, Effect extends { id: string }> {
  initial: State;
  /** What happened, given this input. Empty when the input changes nothing. */
  decide(state: State, input: Input): Event[];
  /** Fold one event into the state. Replay is nothing but this. */
  apply(state: State, event: Event): State;
  /** The I/O this state still waits for. Ids are stable, so asking twice starts nothing twice. */
  outstanding(state: State): Effect[];
}

/** The state after these events. */
export function replay<State, Event>(
  machine: { initial: State; apply(state: State, event: Event): State },
  events: Iterable<Event>,
): State {
  let state = machine.initial;
  for (const event of events) state = machine.apply(state, event);
  return state;
}

/** One function per case. A case that is missing does not compile. */
export function match<Case extends { type: string }, State, Out>(
  cases: {
    [Type in Case["type"]]: (state: State, value: Extract<Case, { type: Type }>) => Out;
  },
): (state: State, value: Case) => Out {
  return (state, value) => {
    // The table has a function for each type, and each takes just that type: the cast only says so.
    const run = cases[value.type as Case["type"]] as (state: State, value: Case) => Out;
    return run(state, value);
  };
}
