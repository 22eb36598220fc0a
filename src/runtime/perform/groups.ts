// Who works together in a turn: the members that the object's file names, all of them live.
import type { Group } from "../../protocol/agents.ts";
import { JameyError } from "../../protocol/errors.ts";
import { MAX_GROUP_MEMBERS } from "../../protocol/limits.ts";
import type { AgentMode } from "../../protocol/messages.ts";
import type { ObjectDefinition } from "../environment/object-file.ts";
import type { Services } from "../services.ts";

/** The least that each way to work needs. */
const FEWEST: { [Mode in AgentMode]: number } = {
  single: 0,
  sequential: 1,
  parallel: 1,
  debate: 2,
  review: 0,
  workflow: 0,
};

/** The group as it works now: without members of its own it is the objects that it may call, in their order. */
export function groupOf(
  definition: ObjectDefinition,
  mode: AgentMode,
  { catalog, tools }: Pick<Services, "catalog" | "tools">,
): Group {
  const { group, capabilities, file } = definition;
  const callable = capabilities.filter((name) => !tools.find(name) && catalog.get(name));
  const members = group.members.length > 0 ? group.members : callable.slice(0, MAX_GROUP_MEMBERS);
  if (mode === "single" || mode === "workflow") return { ...group, members };
  const named = everybody({ ...group, members });
  const missing = named.find((name) => !catalog.get(name));
  if (missing !== undefined) {
    const message = `${file}: the group names '${missing}', and there is no such object.`;
    throw new JameyError("config_invalid", message, { details: { file, missing } });
  }
  const distinct = new Set(members);
  const isComplete =
    mode === "review"
      ? (group.author !== null && group.reviewer !== null) || distinct.size >= 2
      : distinct.size >= FEWEST[mode];
  if (isComplete) return { ...group, members: [...distinct] };
  const needs = mode === "review" ? "an author and a reviewer" : `${FEWEST[mode]} or more members`;
  const message = `${file}: the mode '${mode}' needs ${needs}. Name them under group:, or as capabilities.`;
  throw new JameyError("config_invalid", message, { details: { file, mode, members } });
}

/** Everybody that the group names, once. */
export function everybody({ members, judge, author, reviewer }: Group): string[] {
  const named = [...members, judge, author, reviewer].filter((name) => name !== null);
  return [...new Set(named)];
}
