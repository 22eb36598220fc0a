// Objects that call each other in a world in memory, and scripts for whoever is asked.
import type { ModelRequest } from "../../src/core/model.ts";
import type { SessionSummary } from "../../src/protocol/messages.ts";
import type { Caller } from "../../src/runtime/caller.ts";
import type { Said, Script } from "./test-model.ts";
import { objectText, type TestWorld } from "./world.ts";

export const lead = objectText({
  name: "lead",
  front: "description: Leads the work\ncapabilities: [helper, critic]",
  body: "You lead.",
});
export const helper = objectText({
  name: "helper",
  front: "description: Helps\ncapabilities: [critic, lead, ask_human]",
  body: "You help.",
});
const critic = objectText({ name: "critic", front: "capabilities: [lead]", body: "You judge." });
export const team = { "lead.md": lead, "helper.md": helper, "critic.md": critic };

type Step = Awaited<ReturnType<Script>>;

/** Who is asked, by the first words of its prompt. */
export const isFor = (name: string, { system }: Pick<ModelRequest, "system">): boolean =>
  system.startsWith(`You ${name}.`);

export const lastIsResult = ({ messages }: Pick<ModelRequest, "messages">): boolean =>
  messages.at(-1)?.role === "tool";

export const calling = (name: string, message: string, reason = "to know"): Said => ({
  calls: [{ name, args: { message, reason } }],
});

/** For each object one step before the results of its calls are there, and one after. */
export const playing =
  (steps: { [name: string]: [before: Step, after?: Step] }): Script =>
  (request) => {
    const [, two] = Object.entries(steps).find(([name]) => isFor(name, request)) ?? [];
    return lastIsResult(request) ? two?.[1] : two?.[0];
  };

export async function say(
  world: TestWorld,
  options: { message?: string; po_name?: string; settings?: object; caller?: Caller } = {},
) {
  const { message = "Go.", po_name = "lead", settings = {} } = options;
  const asked = { po_name, message, session_id: null, settings };
  const { turn_id, session_id } = await world.ask("SendMessage", asked, options.caller);
  return { turn_id, session_id, run: () => world.ask("WaitForTurn", { turn_id }) };
}

export async function childrenOf(world: TestWorld, session_id: string): Promise<SessionSummary[]> {
  const { sessions } = await world.ask("ListSessions", { parent: session_id });
  return sessions.toReversed();
}

/** The lead calls the helper, the helper the critic, whose model call is left to the test. */
export const chained: Script = (request) => {
  if (isFor("judge", request)) return undefined;
  if (lastIsResult(request)) return "Done.";
  return calling(isFor("help", request) ? "critic" : "helper", "Go on.");
};
