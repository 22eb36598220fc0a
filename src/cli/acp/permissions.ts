// Questions of agents, asked in the editor. A decision carries the hash of exactly the call that was shown.
import type { Params } from "../../protocol/commands/index.ts";
import type { HumanRequest } from "../../protocol/messages.ts";
import { answersTo, offersScope, requestText } from "../../terminal/request-text.ts";
import { chosenOption } from "./params.ts";
import type { Fields } from "./rpc.ts";
import { shownCall, textContent } from "./tool-calls.ts";

type Answer = Params<"RespondToRequest">;

const decisions = [
  { optionId: "once", name: "Allow once", kind: "allow_once" },
  { optionId: "session", name: "Allow for this session", kind: "allow_always" },
  { optionId: "reject", name: "Reject", kind: "reject_once" },
];

/** What the editor is asked; undefined: it has no way to ask this. */
export function permissionOf(
  request: HumanRequest,
  { sessionId, workspace }: { sessionId: string; workspace: string },
): Fields | undefined {
  const { kind, tool_call, request_id, question, options } = request;
  if (kind === "approval" && tool_call) {
    const shown = shownCall(tool_call, workspace);
    const content = [...shown.content, ...textContent(requestText(request))];
    const options = decisions.filter(
      ({ optionId }) => optionId !== "session" || offersScope(request, optionId),
    );
    return { sessionId, toolCall: { ...shown, content }, options };
  }
  if (request.limit) {
    const choices = decisions.filter(({ optionId }) => optionId !== "session");
    const toolCall = { toolCallId: request_id, title: question, kind: "other" };
    return { sessionId, toolCall, options: choices };
  }
  if (kind !== "question" || options.length === 0) return undefined;
  return {
    sessionId,
    toolCall: { toolCallId: request_id, title: question, kind: "other" },
    options: options.map((name, index) => ({ optionId: String(index), name, kind: "allow_once" })),
  };
}

/** undefined: nobody chose, so that it stays open for others. */
export function answerOf(request: HumanRequest, said: unknown): Answer | undefined {
  const optionId = chosenOption(said);
  if (optionId === undefined) return undefined;
  const { request_id, options, kind, hash } = request;
  if (kind === "question") {
    const text = options[Number(optionId)];
    return text === undefined ? undefined : { request_id, response: { type: "answer", text } };
  }
  if (!decisions.some((one) => one.optionId === optionId)) return undefined;
  const decision = optionId === "reject" ? "deny" : "approve";
  const scope = optionId === "session" ? "session" : "once";
  return { request_id, response: { type: "decision", decision, hash: hash ?? "", scope } };
}

/** Said in the conversation where the editor cannot ask it. */
export function openQuestion(request: HumanRequest): string {
  const commands = `\`${answersTo(request).join("` or `")}\``;
  const how =
    request.kind === "question"
      ? `Answer with your next message, or in a terminal: ${commands}`
      : `Answer in a terminal: ${commands}`;
  return `\n\n${requestText(request)}\n\n${how}\n\n`;
}
