// What agents run on and what they may do: the model that would answer, the shell, and the user it runs as.
import { join } from "node:path";
import type { Finding } from "../../../protocol/upkeep.ts";
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
    return [good("model", `${name} answers (${from})`)];
  } catch (thrown) {
    const what = `${name} (${from}): ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    return [bad("weak", "model", { what, advice: "jamey models" })];
  }
};

export const checkShell: Check = ({ config }) => {
  const allowed = Object.entries(config.permissions)
    .filter(([rule, action]) => action === "allow" && /^(\*|shell)(\((.*)\))?$/.test(rule.trim()))
    .map(([rule]) => rule);
  const isOpen = allowed.some((rule) => !rule.includes("(") || /\(\s*\*+\s*\)$/.test(rule));
  const findings: Finding[] = [];
  if (isOpen) {
    findings.push(
      bad("weak", "shell", {
        what: `the permissions allow every command (${allowed.join(", ")})`,
        why: "Commands run as you, without a sandbox: a model that was misled can do what you can.",
        advice: "Allow patterns instead, such as 'shell(git diff *)'.",
      }),
    );
  } else {
    findings.push(
      bad("note", "shell", {
        what: "commands of agents run as you, without a sandbox",
        why: `Each is asked for${allowed.length > 0 ? `, but for ${allowed.join(", ")}` : ""}.`,
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
