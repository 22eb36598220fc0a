// What the objects of one tree of delegations share, kept by the session at its root.
import type { ErrorBody } from "../../protocol/errors.ts";
import type { SharedData } from "../../protocol/messages.ts";
import type { Draft } from "./draft.ts";
import type { InputOf } from "./inputs.ts";
import type { SessionActorState } from "./state.ts";

const MAX_KEYS = 100;
/** As JSON text, in UTF-16 units: of one value, and of all. */
const MAX_VALUE_LENGTH = 32 * 1024;
const MAX_LENGTH = 256 * 1024;

type Kept = SessionActorState["data"];

export function storeData(draft: Draft, { entry, from_session_id }: InputOf<"store_data">): void {
  const { session, data } = draft.state();
  if (!session) return;
  // What is not there need not go.
  if (entry.value === null && !data.some((one) => one.key === entry.key)) return;
  draft.add("SharedDataChanged", { ...entry, session_id: session.id, from_session_id });
}

export function withData(data: Kept, { key, value }: Pick<SharedData, "key" | "value">): Kept {
  const others = data.filter((one) => one.key !== key);
  return value === null ? others : [...others, { key, length: JSON.stringify(value).length }];
}

/** Why it cannot be kept. */
export function dataRefusal(
  { data }: Pick<SessionActorState, "data">,
  entry: SharedData,
): ErrorBody | undefined {
  if (entry.value === null) return undefined;
  const next = withData(data, entry);
  const length = next.reduce((sum, one) => sum + one.length, 0);
  const own = next.at(-1)?.length ?? 0;
  const wrong =
    (own > MAX_VALUE_LENGTH && `one value holds at most ${MAX_VALUE_LENGTH} characters`) ||
    (next.length > MAX_KEYS && `there are at most ${MAX_KEYS} keys`) ||
    (length > MAX_LENGTH && `all values together hold at most ${MAX_LENGTH} characters`);
  if (!wrong) return undefined;
  const message = `'${entry.key}' was not stored: ${wrong}. Store less, or remove what nobody needs.`;
  return { code: "too_large", message, details: { key: entry.key } };
}
