// The words of the portable client: the daemon's own tables, as types alone. The build writes the same names
// from the same tables where no zod is (scripts/client.ts).
export type { CommandName, Params, Reply } from "../../protocol/commands/index.ts";
export type { ErrorCode } from "../../protocol/errors.ts";

import type { EventName, EventPayload } from "../../protocol/events/index.ts";
import type { SignalFrame } from "../../protocol/frames.ts";

export type { EventName, EventPayload };
export type SignalName = SignalFrame["signal_type"];
