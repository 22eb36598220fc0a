// RunTool: a tool that a human runs by hand. In a session it works where the session works, and the agent is
// shown what was done, as if it had called the tool itself.
import { JameyError } from "../../protocol/errors.ts";
import type { ToolCall } from "../../protocol/messages.ts";
import { type Caller, callerName } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import { toolContextOf } from "../perform/tools.ts";
import type { HandlerContext } from "./index.ts";
import { sessionNotFound } from "./new-session.ts";

export function createRunTool(context: HandlerContext): Handlers["RunTool"] {
  const { views, services } = context;
  return async ({ session_id, name, args }, caller) => {
    const tool = services.tools.find(name);
    if (!tool) throw new JameyError("tool_not_found", `There is no tool '${name}'.`);
    const session = session_id === null ? caller : views.findSession(session_id);
    if (!session) throw sessionNotFound(session_id ?? "");
    const call = { id: services.world.newId("run"), name, args };
    const call_id = call.id;
    services.log.info("Executing tool for session", { session: session_id, tool: name, call_id });
    const ids = { workspace: session.workspace, session_id, call_id };
    const toolContext = toolContextOf(ids, caller.signal, services);
    const check = await tool.check(args, toolContext);
    if (!check.valid) throw new JameyError("invalid_request", `${name}: ${check.problem}`);
    if (await context.plugins.isUnapproved(name)) {
      const message = `No human has approved the tool '${name}' as it is now: jamey tools approve ${name}`;
      throw new JameyError("forbidden", message);
    }
    const { output, success } = await tool.call(args, toolContext);
    const message_id =
      session_id === null ? null : await join(context, { session_id, call, output, caller });
    return { result: { id: call_id, name, output, success }, message_id };
  };
}

/** The message that holds the result; null where a turn runs, which is not disturbed. */
async function join(
  { sessions, services }: HandlerContext,
  done: { session_id: string; call: ToolCall; output: string; caller: Caller },
): Promise<string | null> {
  const { session_id, call, output, caller } = done;
  const { newId } = services.world;
  const message_ids = { said: newId("m"), asked: newId("m"), result: newId("m") };
  const said = { type: "record" as const, message_ids, call, output, source: caller.source };
  const from = { caller: callerName(caller), causation_id: null };
  const { happened } = await sessions.take(session_id, said, from);
  return happened.length > 0 ? message_ids.result : null;
}
