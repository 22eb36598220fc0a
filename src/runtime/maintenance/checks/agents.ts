// What agents run on and what they may do: the model that would be asked, the shell, and the user it runs as.
import { join } from "node:path";
import { matchesPattern, permit, ruleText } from "../../../core/agent/permission.ts";
import type { Finding } from "../../../protocol/upkeep.ts";
import { readRule } from "../../config.ts";
import { createCredentials } from "../../credentials.ts";
import { createKeyring } from "../../keyring.ts";
import { createModels } from "../../models.ts";
import { bad, type Check, good } from "./check.ts";

export const checkModel: Check = async ({ found, config, variables }) => {
  const credentials = createCredentials(join(found.configFolder, "credentials"));
  const keyring = createKeyring({ environment: variables, credentials });
  const lookup = keyring.forVariables({});
  const models = createModels(config);
  const chosen = lookup("JAMEY_MODEL") ?? config.model;
  const { name, from } =
    chosen === null ? await models.choose(lookup) : { name: chosen, from: "the settings" };
  if (name.startsWith("offline/")) {
    return [
      bad("note", "model", {
        what: `${name} answers: no vendor has a key, and no Ollama runs`,
        why: "It needs no network and is no real model.",
        advice: "jamey models says how to connect one.",
      }),
    ];
  }
  try {
    await models.open(name, { variable: lookup, folder: found.places.folder });
    return [good("model", `${name} is configured (${from}); whether it answers was not tried`)];
  } catch (thrown) {
    const what = `${name} (${from}): ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    return [bad("weak", "model", { what, advice: "jamey models" })];
  }
};

/** A command that no rule was written for; what more than one program does, a pattern never allows. */
const ANY_COMMAND = { tool: "shell", risk: "execute", subject: "any-program argument" } as const;

export const checkShell: Check = ({ config }) => {
  const rules = Object.entries(config.permissions).map(([text, action]) => readRule(text, action));
  const { action } = permit(rules, ANY_COMMAND);
  const allowed = rules
    .filter((rule) => rule.action === "allow" && matchesPattern(rule.tool, ANY_COMMAND.tool))
    .map(ruleText);
  const findings: Finding[] = [];
  if (action === "allow") {
    findings.push(
      bad("weak", "shell", {
        what: `the permissions allow every command (${allowed.join(", ")})`,
        why: "Commands run as you, without a sandbox: a model that was misled can do what you can.",
        advice: "Allow patterns instead, such as 'shell(git diff *)'.",
      }),
    );
  } else {
    const each = action === "deny" ? "Each is denied" : "Each is asked for";
    const but = action === "ask" && allowed.length > 0 ? `, but for ${allowed.join(", ")}` : "";
    findings.push(
      bad("note", "shell", {
        what: "commands of agents run as you, without a sandbox",
        why: `${each}${but}.`,
      }),
    );
  }
  if (process.getuid?.() === 0) {
    findings.push(
      bad("weak", "user", {
        what: "jamey runs as root",
        why: "So do the tools of its agents.",
        advice: "Run it as a user of its own.",
      }),
    );
  }
  return findings;
};
