// Handlers over prompt objects, tools and models.
import { universalOf } from "../../core/agent/universal.ts";
import { renderTemplate, templateParameters } from "../../core/prompt/template.ts";
import { risk } from "../../protocol/agents.ts";
import { JameyError, messageOf } from "../../protocol/errors.ts";
import { fileFor } from "../caller.ts";
import { mergeLimits } from "../config.ts";
import { schedulesOf } from "../environment/wakes.ts";
import type { Handlers } from "../handle.ts";
import { objectWarnings } from "../object-warnings.ts";
import { rulesOf } from "../perform/prepare-turn.ts";
import { expanded } from "../perform/wildcards.ts";
import type { Services } from "../services.ts";
import type { HandlerContext } from "./index.ts";
import { unknownObject } from "./new-session.ts";

export function objectHandlers(
  context: HandlerContext,
): Pick<Handlers, "ListPOs" | "InspectPO" | "ListTools" | "ListModels"> {
  const { services, objects, views } = context;
  const { catalog, tools, models, keyring, config } = services;

  async function capability(name: string) {
    const tool = tools.find(name);
    if (tool) return { name, kind: "tool" as const, description: tool.description };
    const object = catalog.get(name);
    if (object) return { name, kind: "object" as const, description: object.description };
    if (services.workflows.has(name)) return await workflowCapability(name, services);
    const description = "There is no tool, object or workflow of this name.";
    return { name, kind: "unknown" as const, description };
  }

  return {
    ListPOs(_asked, caller) {
      catalog.refresh();
      const prompt_objects = catalog
        .list()
        .map(({ name, description }) => ({ name, description, state: objects.state(name) }));
      const problems = [...catalog.problems()].map(([file, problem]) => ({
        file: fileFor(caller, file),
        problem,
      }));
      const looked = lookingOnce(services);
      const warnings = catalog.list().flatMap(({ name, file }) =>
        // Of a broken file it is said already.
        catalog.problems().has(file)
          ? []
          : objectWarnings(name, looked).map((warning) => ({ po_name: name, warning })),
      );
      return { prompt_objects, problems, warnings };
    },
    async InspectPO({ po_name, context: values }, caller) {
      const found = catalog.refresh(po_name);
      if (!found) throw unknownObject(po_name, services);
      const session_id = caller.current.get(found.name) ?? null;
      return {
        name: found.name,
        description: found.description,
        state: objects.state(found.name),
        capabilities: await Promise.all(expanded(found.capabilities, tools).map(capability)),
        universal: universalOf(found.universal).filter((name) => tools.find(name)),
        session_id: session_id !== null && views.findSession(session_id) ? session_id : null,
        mode: found.mode,
        prompt: values === null || !found.template ? found.body : filled(found.body, values),
        parameters: found.template ? templateParameters({ text: found.body }) : [],
        model: found.model,
        limits: mergeLimits(config.limits, found.limits),
        rules: rulesOf(found, [], services),
        group: found.group,
        on_start: found.on_start,
        wake: schedulesOf(found).map(({ kind, spec, timezone, message }) => ({
          kind,
          spec,
          timezone: timezone ?? null,
          message,
        })),
        version: found.hash,
        file: fileFor(caller, found.file),
        warnings: objectWarnings(found.name, services),
      };
    },
    ListTools: () => ({
      tools: tools.list().map((tool) => ({ ...tool.spec, risk: risk.parse(tool.risk) })),
    }),
    async ListModels(_, caller) {
      const lookup = keyring.forVariables(caller.variables);
      const named = caller.variables.JAMEY_MODEL ?? config.model;
      const chosen = named
        ? { name: named, from: caller.variables.JAMEY_MODEL ? "JAMEY_MODEL" : "the settings" }
        : await models.choose(lookup);
      return {
        default_model: chosen.name,
        default_from: chosen.from,
        vendors: await models.list({
          variable: lookup,
          source: (name) => keyring.sourceOf(name, caller.variables) ?? undefined,
        }),
      };
    },
  };
}

/** Many objects name the same capabilities: for one list each name is looked up on the disk once. */
function lookingOnce({
  catalog,
  tools,
  workflows,
}: Services): Parameters<typeof objectWarnings>[1] {
  const once = <Out>(look: (name: string) => Out) => {
    const seen = new Map<string, Out>();
    return (name: string): Out => {
      const found = seen.get(name);
      if (found !== undefined || seen.has(name)) return found as Out; // It is what `look` gave.
      const looked = look(name);
      seen.set(name, looked);
      return looked;
    };
  };
  let listed: ReturnType<typeof tools.list> | undefined;
  const list = () => {
    listed ??= tools.list();
    return listed;
  };
  const found = { find: once(tools.find), list };
  return { catalog, tools: found, workflows: { has: once(workflows.has) } };
}

/** What it is for; of one that cannot run, why. */
async function workflowCapability(name: string, { workflows }: Services) {
  const kind = "workflow" as const;
  try {
    return { name, kind, description: (await workflows.get(name)).description };
  } catch (thrown) {
    return { name, kind, description: messageOf(thrown) };
  }
}

/** A template with its values in place; one that lacks any is refused. */
function filled(text: string, values: Record<string, string>): string {
  const rendered = renderTemplate({ text }, values);
  if (rendered.ok) return rendered.value;
  const { code, message, details } = rendered.error;
  throw new JameyError(code, message, { details });
}
