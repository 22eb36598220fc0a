// What a change that an object asks for would make of an object: the text, what a human is shown of it, and
// whether only a human may allow it. Changes nothing.

import { universalOf } from "../../core/agent/universal.ts";
import type { ObjectChange, ObjectDraft } from "../../core/environment-port.ts";
import { changedLines, editPrompt } from "../../core/prompt/edit.ts";
import type { Attempt } from "../../core/world.ts";
import { messageOf } from "../../protocol/errors.ts";
import { newText, withBody, withCapabilities } from "../environment/edited.ts";
import { type ObjectDefinition, parseObject } from "../environment/object-file.ts";
import { shortHash } from "../object-versions.ts";
import type { Services } from "../services.ts";
import { maySpawn } from "../spawned.ts";

/** Names of objects that an answer holds. */
const MAX_NAMED = 50;

type Kind<Type extends ObjectChange["type"]> = Extract<ObjectChange, { type: Type }>;

export async function draftOf(
  change: ObjectChange,
  services: Services,
): Promise<Attempt<ObjectDraft>> {
  try {
    if (change.type === "create") return created(change, services);
    const live = services.catalog.refresh(change.po_name);
    if (!live) return unknownObject(change.po_name, services);
    // What was just found in the file is in the history before its text is read from there.
    await services.objects.flush();
    const text = services.versions.textOf(live.name, live.hash);
    if (text === undefined) {
      return { ok: false, problem: `The text of '${live.name}' cannot be read now; try again.` };
    }
    return change.type === "prompt"
      ? prompted(change, { live, text }, services)
      : capable(change, { live, text }, services);
  } catch (thrown) {
    return { ok: false, problem: messageOf(thrown) };
  }
}

interface Present {
  live: ObjectDefinition;
  text: string;
}

function created(change: Kind<"create">, services: Services): Attempt<ObjectDraft> {
  const { po_name, capabilities } = change;
  if (services.catalog.refresh(po_name)) {
    return { ok: false, problem: `There is an object '${po_name}' already.` };
  }
  const missing = capabilities.find((name) => !isKnown(name, services));
  if (missing !== undefined) return unknownCapability(missing);
  const text = newText({ ...change, name: po_name });
  const made = read(text, services);
  const shown = `${po_name} (new)\n${text}`;
  const must_ask = widens(NOTHING, made);
  return { ok: true, value: { po_name, text, base_hash: null, shown, must_ask } };
}

function prompted(
  { edit }: Kind<"prompt">,
  { live, text }: Present,
  services: Services,
): Attempt<ObjectDraft> {
  const body = editPrompt(live.body, edit);
  if (!body.ok) return body;
  if (body.value === live.body) return { ok: false, problem: "That is what the prompt says now." };
  const what = `${edit.operation} ${"heading" in edit ? JSON.stringify(edit.heading) : ""}`.trim();
  const must_ask = canAct(live, services);
  return drafted({ live, text }, { text: withBody(text, body.value), what, must_ask }, services);
}

function capable(
  { type, capability }: Kind<"add_capability" | "remove_capability">,
  { live, text }: Present,
  services: Services,
): Attempt<ObjectDraft> {
  const has = live.capabilities.includes(capability);
  const isAdding = type === "add_capability";
  if (isAdding && has) {
    return { ok: false, problem: `'${live.name}' may call '${capability}' already.` };
  }
  if (isAdding && universalOf(live.universal).some((name) => name === capability)) {
    const problem = `'${capability}' needs no declaration: '${live.name}' has it like every object.`;
    return { ok: false, problem };
  }
  if (isAdding && !isKnown(capability, services)) return unknownCapability(capability);
  if (!isAdding && !has) {
    const declared = live.capabilities.join(", ") || "none";
    return { ok: false, problem: `'${live.name}' does not declare '${capability}': ${declared}.` };
  }
  const capabilities = isAdding
    ? [...live.capabilities, capability]
    : live.capabilities.filter((name) => name !== capability);
  const change = {
    text: withCapabilities(text, capabilities),
    what: `${isAdding ? "add" : "remove"} ${capability}`,
    must_ask: isAdding,
  };
  return drafted({ live, text }, change, services, capabilities);
}

/** Nothing but what was asked for may be another than before: the text is read again and compared. */
function drafted(
  { live, text }: Present,
  change: { text: string; what: string; must_ask: boolean },
  services: Services,
  capabilities: string[] = live.capabilities,
): Attempt<ObjectDraft> {
  const made = read(change.text, services);
  const { hash: _hash, file: _file, body, ...fields } = made;
  const { hash, file: _place, body: before, ...rest } = live;
  const isBody = capabilities === live.capabilities;
  const isAsAsked =
    Bun.deepEquals(fields, { ...rest, capabilities }) && (isBody || body === before);
  if (!isAsAsked) {
    const problem = `The file of '${live.name}' is written in a way that this tool cannot change safely; a human can edit it.`;
    return { ok: false, problem };
  }
  const lines = changedLines(text, change.text);
  const shown = `${live.name} (version ${shortHash(hash)}): ${change.what}\n${lines}`;
  const must_ask = change.must_ask || widens(live, made);
  const draft = { po_name: live.name, text: change.text, base_hash: hash, shown, must_ask };
  return { ok: true, value: draft };
}

const read = (text: string, { world, log }: Services): ObjectDefinition =>
  parseObject({ text, file: "text", hash: world.hash, warn: (problem) => log.debug(problem) });

/** It, or who it calls, does more than read: its prompt steers what happens. */
function canAct(
  { capabilities, mode, wake, on_start }: ObjectDefinition,
  { tools }: Services,
): boolean {
  // Nobody sends it the message that wakes it, or anybody may ask it something.
  const isWoken = wake.length > 0 || on_start !== null || maySpawn(capabilities);
  if (mode !== "single" || isWoken) return true;
  return capabilities.some((name) => {
    const risk = tools.find(name)?.risk;
    return risk !== "none" && risk !== "read";
  });
}

type Powers = Pick<
  ObjectDefinition,
  "capabilities" | "mode" | "wake" | "on_start" | "permissions" | "limits"
>;

/** What an object of which nothing is said may do by itself. */
const NOTHING: Powers = {
  capabilities: [],
  mode: "single",
  wake: [],
  on_start: null,
  permissions: {},
  limits: {},
};

/** It may call more, works in another way, or is woken, ruled or limited in another: a human decides that. */
function widens(before: Powers, after: Powers): boolean {
  if (after.capabilities.some((name) => !before.capabilities.includes(name))) return true;
  const fields = ["mode", "wake", "on_start", "permissions", "limits"] as const;
  return fields.some((field) => !Bun.deepEquals(before[field], after[field]));
}

const isKnown = (name: string, { tools, catalog, workflows }: Services): boolean =>
  tools.find(name) !== undefined || catalog.get(name) !== undefined || workflows.has(name);

function unknownCapability(name: string): Attempt<never> {
  const problem = `There is no tool, object or workflow '${name}'. list_capabilities names what there is.`;
  return { ok: false, problem };
}

function unknownObject(name: string, { catalog }: Services): Attempt<never> {
  const known = catalog.list().map((one) => one.name);
  const named = known.slice(0, MAX_NAMED).join(", ") || "none";
  return { ok: false, problem: `There is no object '${name}'. There are: ${named}.` };
}
