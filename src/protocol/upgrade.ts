// Old events in today's words: a published event is never edited, it gets a new version and one
// function here from the version before.
import { JameyError } from "./errors.ts";
import { type StoredEvent, storedEvents } from "./events/index.ts";

/** Event → version → its payload of that version as the payload of the next. */
export type Upgrades = { [type: string]: { [version: number]: (payload: unknown) => unknown } };

const upgrades: Upgrades = {
  SessionCreated: {
    1: (payload) => ({ ...fieldsOf(payload), forked_from: null, ephemeral: false }),
    2: (payload) => ({ ...fieldsOf(payload), parent: null }),
    3: (payload) => ({ ...fieldsOf(payload), model: null }),
  },
  POLoaded: { 1: (payload) => ({ ...fieldsOf(payload), file: null }) },
  POUnloaded: {
    1: (payload) => ({ ...fieldsOf(payload), author: "disk", reason: "", kept_as: null }),
  },
  MessageQueued: {
    1(payload) {
      const fields = fieldsOf(payload);
      return { ...fields, settings: { ...fieldsOf(fields.settings), output: null } };
    },
    2(payload) {
      const fields = fieldsOf(payload);
      return { ...fields, settings: { ...fieldsOf(fields.settings), mode: null } };
    },
  },
  HumanRequestResponded: {
    1(payload) {
      const fields = fieldsOf(payload);
      const response = fieldsOf(fields.response);
      if (response.type !== "decision") return fields;
      return { ...fields, response: { ...response, match: null } };
    },
  },
  RuleAdded: {
    1(payload) {
      const fields = fieldsOf(payload);
      // What was no pattern allowed one call, and nobody knows any more which: it allows none.
      const isPattern = typeof fields.match === "string" && fields.match.includes("*");
      return { ...fields, call_hash: isPattern ? null : NO_CALL };
    },
  },
  TurnStarted: {
    1(payload) {
      const fields = fieldsOf(payload);
      const agent = fieldsOf(fields.agent);
      const kept: unknown[] = Array.isArray(agent.tools) ? agent.tools : [];
      const tools = kept.map((tool) => ({ ...fieldsOf(tool), kind: "tool", po_name: null }));
      const config = { ...fieldsOf(agent.config), ...callsNobody };
      return { ...fields, agent: { ...agent, ...alone, tools, config } };
    },
  },
};

/** The hash of no call. */
const NO_CALL = "";

/** Agents worked alone before there were groups. */
const alone = {
  mode: "single",
  group: {
    members: [],
    rounds: null,
    judge: null,
    author: null,
    reviewer: null,
    workflow: null,
  },
  workflow: null,
};
const callsNobody = { max_delegation_depth: 0, max_delegations: 0, max_rounds: 1 };

/** An event as it was kept → the same event today. Throws when this jamey does not know it. */
export function upgradeEvent(
  kept: { type: string; type_version: number; payload: unknown },
  words: { [type: string]: { version: number } } = storedEvents,
  table: Upgrades = upgrades,
): StoredEvent {
  const { type, type_version } = kept;
  const word = Object.hasOwn(words, type) ? words[type] : undefined;
  if (!word || type_version > word.version) {
    throw new JameyError(
      "version_mismatch",
      `The journal holds the event ${type} version ${type_version}, which this jamey does not know: update jamey.`,
      { details: { type, type_version, known_version: word?.version ?? null } },
    );
  }
  let payload = kept.payload;
  for (let version = type_version; version < word.version; version += 1) {
    const upgrade = table[type]?.[version];
    if (!upgrade) {
      throw new JameyError(
        "internal",
        `upgrade.ts has no way from ${type} version ${version} to ${version + 1}.`,
      );
    }
    payload = upgrade(payload);
  }
  // The journal keeps only what this table's words described when it was appended, and the functions
  // above lead from there to today's payload: the pair of type and payload fits.
  return { type, payload } as StoredEvent;
}

/** The fields of a kept payload; each of them was an object when it was appended. */
const fieldsOf = (value: unknown): Record<string, unknown> => ({ ...(value as object) });
