// The rows of `jamey mcp`. Part of the table of commands.
import { HOST_NAMES } from "../mcp/hosts.ts";
import type { Row, Rows } from "./table.ts";

const server = { name: "server" } as const;
const yes = { type: "boolean", alias: "y", description: "Do not ask" } as const;

const mcpRows: Rows = {
  add: {
    description:
      "Let agents use an MCP server: a program behind --, or an address; asks to approve it",
    words: [server, { name: "program", isOptional: true, isRest: true }],
    flags: {
      "server-url": {
        type: "string",
        valueHint: "url",
        description: "Its address, where it is reached by HTTP",
      },
      header: {
        type: "string",
        valueHint: "name: value",
        isRepeatable: true,
        description: "Sent with each request; in a value {{NAME}} is a variable of --pass-env",
      },
      "pass-env": {
        type: "string",
        valueHint: "name",
        isRepeatable: true,
        description: "A variable of the daemon that it gets",
      },
      yes,
    },
    load: async () => (await import("../commands/mcp-servers.ts")).add,
  },
  list: {
    description: "The MCP servers that agents may use, and whether a human approved them",
    load: async () => (await import("../commands/mcp-servers.ts")).list,
  },
  approve: {
    description: "Let a server start, then its tools be used, as they are shown, until they change",
    words: [server],
    flags: { yes },
    load: async () => (await import("../commands/mcp-servers.ts")).approve,
  },
  login: {
    description:
      "Sign in to a server by OAuth: prints the page for your browser; opens none itself",
    words: [server],
    load: async () => (await import("../commands/mcp-servers.ts")).login,
  },
  remove: {
    description: "Take a server out of the environment",
    words: [server],
    load: async () => (await import("../commands/mcp-servers.ts")).remove,
  },
  install: {
    description:
      "Write the entry that lets a host find jamey; without a host, list those there are",
    words: [{ name: "host", isOptional: true, options: HOST_NAMES }],
    flags: {
      yes: { type: "boolean", alias: "y", description: "Do not ask" },
      print: { type: "boolean", description: "Only show what would be written" },
      name: {
        type: "string",
        valueHint: "name",
        description: "Under this name (default: jamey, or jamey-ENVIRONMENT)",
      },
    },
    load: async () => (await import("../commands/mcp-install.ts")).install,
  },
};

export const mcpRow: Row = {
  description: "Model Context Protocol: without more, the bridge that hosts start, over stdio",
  rows: mcpRows,
  load: async () => (await import("../commands/mcp.ts")).bridge,
};
