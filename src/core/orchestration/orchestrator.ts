// The interface of every way in which agents work, alone or together: two pure functions.

import type { Message } from "../../protocol/messages.ts";
import type { AgentResponse, CallResult } from "../agent/agent.ts";
import type { Session } from "../session/session.ts";

export interface Orchestrator {
  /** A turn begins with this message. */
  process(session: Session, message: Message): AgentResponse;
  /** One of the calls asked for has its result. */
  handle_tool_result(session: Session, result: CallResult): AgentResponse;
}
