// What every object can do without declaring it, unless its file switches it off.

/** At most twelve: each costs every model request its description. */
export const UNIVERSAL = [
  "ask_human",
  "think",
  "list_capabilities",
  "list_prompt_objects",
  "query_sessions",
  "create_object",
  "modify_prompt",
  "add_capability",
  "remove_capability",
  "store_data",
  "get_data",
] as const;

export type UniversalName = (typeof UNIVERSAL)[number];

/** What an object's file leaves of them: all, none, or those that it names. */
export function universalOf(universal: boolean | readonly UniversalName[]): UniversalName[] {
  if (typeof universal !== "boolean") return [...new Set(universal)];
  return universal ? [...UNIVERSAL] : [];
}

export const isUniversal = (name: string): name is UniversalName =>
  UNIVERSAL.some((one) => one === name);
