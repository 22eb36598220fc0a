// What a vendor makes of a request: the conversation in it, and everything that this vendor, or one that
// is stricter, would refuse.

export interface Item {
  role: "system" | "user" | "assistant" | "tool";
  text: string;
  /** Base64 */
  images: string[];
  calls: { id: string; name: string; args: unknown }[];
  /** Of a tool's result: which call it answers. */
  call_id: string;
}

export interface Reading {
  items: Item[];
  /** Names of the tools that are offered. */
  tools: string[];
  problems: string[];
}

export type Reader = (body: unknown) => Reading;

export const item = (role: Item["role"], given: Partial<Item> = {}): Item => ({
  role,
  text: "",
  images: [],
  calls: [],
  call_id: "",
  ...given,
});

/** Rules that hold at every vendor. */
export function judge({ items, problems }: Reading): string[] {
  const found = [...problems];
  const said = items.filter(({ role }) => role !== "system");
  if (items.slice(1).some(({ role }) => role === "system"))
    found.push("a system prompt that is not first");
  if (said[0]?.role !== "user")
    found.push(`begins with ${said[0]?.role ?? "nothing"}, not with the user`);
  const last = said[said.length - 1]?.role;
  if (last !== "user" && last !== "tool") found.push(`ends with ${last ?? "nothing"}`);
  let owed: string[] = [];
  for (const [at, one] of said.entries()) {
    if (one.role === "tool") {
      const due = owed.shift();
      if (due !== one.call_id)
        found.push(`item ${at}: result of ${one.call_id}, due was ${due ?? "none"}`);
      continue;
    }
    if (owed.length > 0)
      found.push(`item ${at}: ${one.role} speaks while ${owed.join(", ")} have no result`);
    owed = one.calls.map(({ id }) => id);
    if (one.role === "user" && one.text === "" && one.images.length === 0)
      found.push(`item ${at}: empty`);
    if (one.role === "assistant" && one.text === "" && owed.length === 0)
      found.push(`item ${at}: empty`);
  }
  if (owed.length > 0) found.push(`ends while ${owed.join(", ")} have no result`);
  const ids = said.flatMap(({ calls }) => calls.map(({ id }) => id));
  if (new Set(ids).size !== ids.length) found.push("two calls with one id");
  return found;
}

/** The text of the newest message of the user. */
export function lastPrompt({ items }: Reading): string {
  return items.findLast(({ role }) => role === "user")?.text ?? "";
}

/** How often the model has answered since the user last spoke. */
export function answersSince({ items }: Reading): number {
  const from = items.findLastIndex(({ role }) => role === "user");
  return items.slice(from).filter(({ role }) => role === "assistant").length;
}
