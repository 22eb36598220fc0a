// Rules belong to the object that a human gave them to, not to its name: they end when it goes, follow it when it
// gets another name, and whoever takes the name has none of them.
import type { EnvironmentActor } from "./environment-actor.ts";

export interface ObjectRules {
  /** The object is gone, or a new one takes its name. */
  end(po_name: string): Promise<void>;
  /** With what is paused of that which wakes it, and the interfaces that it opened. */
  move(po_name: string, new_name: string): Promise<void>;
  /** What a crash left: rules of objects that are not there. */
  settle(isThere: (po_name: string) => boolean): Promise<void>;
}

/** The actor is asked for when it is needed: it begins after the objects. */
export function createObjectRules(actor: () => EnvironmentActor): ObjectRules {
  const from = { caller: "daemon", causation_id: null };
  const has = (po_name: string) =>
    actor()
      .state()
      .rules.some((one) => one.po_name === po_name);

  async function end(po_name: string): Promise<void> {
    if (has(po_name)) await actor().take({ type: "rules_ended", po_name }, from);
  }

  return {
    end,
    async move(po_name, new_name) {
      if (has(po_name)) await actor().take({ type: "rules_moved", po_name, new_name }, from);
      await actor().take({ type: "schedules_moved", po_name, new_name }, from);
      await actor().take({ type: "servers_moved", po_name, new_name }, from);
    },
    async settle(isThere) {
      const names = new Set(
        actor()
          .state()
          .rules.map((one) => one.po_name),
      );
      for (const po_name of names) if (!isThere(po_name)) await end(po_name);
    },
  };
}
