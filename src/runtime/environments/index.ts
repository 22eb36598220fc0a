// Environments as things that people make, copy and move, without their daemons; each part loaded when it is
// asked for. Rule: whatever changes, copies or opens up an environment is for humans.
import type { Environments } from "../../protocol/environments.ts";
import { refuseAgents } from "../maintenance/humans-only.ts";
import type { Variables } from "./hold.ts";

export function createEnvironments(variables: Variables): Environments {
  return {
    ...createLooks(variables),
    async create(options) {
      refuseAgents(variables);
      return await (await import("./create.ts")).createEnvironment(options, variables);
    },
    async chosen(name) {
      const { choose, readChosen } = await import("./chosen.ts");
      if (name === null) return readChosen(variables);
      refuseAgents(variables);
      choose(name, variables);
      return name;
    },
    async clone(options) {
      refuseAgents(variables);
      return await (await import("./create.ts")).cloneEnvironment(options, variables);
    },
    async rename(options) {
      refuseAgents(variables);
      return await (await import("./remove.ts")).renameEnvironment(options, variables);
    },
    async archive(name) {
      refuseAgents(variables);
      return await (await import("./archive.ts")).archiveEnvironment(name, variables);
    },
    async restore(options) {
      refuseAgents(variables);
      return await (await import("./archive.ts")).restoreEnvironment(options, variables);
    },
    async remove(options) {
      refuseAgents(variables);
      return await (await import("./remove.ts")).removeEnvironment(options, variables);
    },
    async export(options) {
      refuseAgents(variables);
      return await (await import("./carry.ts")).exportEnvironment(options, variables);
    },
    async import(options) {
      refuseAgents(variables);
      return await (await import("./carry.ts")).importEnvironment(options, variables);
    },
    async trust(options) {
      refuseAgents(variables);
      return await (await import("./trust.ts")).trustEnvironment(options, variables);
    },
  };
}

/** What changes nothing. */
function createLooks(
  variables: Variables,
): Pick<Environments, "list" | "info" | "templates" | "activation"> {
  return {
    async list() {
      return (await import("./list.ts")).listEnvironments(variables);
    },
    async info(environment) {
      return (await import("./list.ts")).aboutEnvironment(environment, variables);
    },
    async templates() {
      return (await import("./create.ts")).listTemplates();
    },
    async activation(environment) {
      return await (await import("./trust.ts")).activationOf(environment, variables);
    },
  };
}
