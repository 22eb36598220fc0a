// MCP hosts that are known: where each keeps its servers, and in which words. Light: the table of commands names
// them.

export interface HostPlaces {
  home: string;
  platform: string;
}

export interface McpHost {
  title: string;
  /** Its file of settings. */
  file(places: HostPlaces): string;
  /** The field that holds the servers. */
  field: string;
  /** An entry of it. */
  entry(command: string, args: readonly string[]): Record<string, unknown>;
  /** What it takes until it is seen. */
  after: string;
}

const plain = (command: string, args: readonly string[]) => ({ command, args: [...args] });
const typed = (command: string, args: readonly string[]) => ({
  type: "stdio",
  ...plain(command, args),
});

/** Where programs of this platform keep their settings. */
const settings = ({ home, platform }: HostPlaces): string =>
  platform === "darwin" ? `${home}/Library/Application Support` : `${home}/.config`;

export const mcpHosts = {
  claude: {
    title: "Claude Desktop",
    file: (places) => `${settings(places)}/Claude/claude_desktop_config.json`,
    field: "mcpServers",
    entry: plain,
    after: "Quit Claude Desktop and open it again.",
  },
  "claude-code": {
    title: "Claude Code",
    file: ({ home }) => `${home}/.claude.json`,
    field: "mcpServers",
    entry: typed,
    after: "New sessions of claude have it: /mcp shows it.",
  },
  cursor: {
    title: "Cursor",
    file: ({ home }) => `${home}/.cursor/mcp.json`,
    field: "mcpServers",
    entry: plain,
    after: "Cursor asks before it is used first.",
  },
  vscode: {
    title: "Visual Studio Code",
    file: (places) => `${settings(places)}/Code/User/mcp.json`,
    field: "servers",
    entry: typed,
    after: "Start it from the file, or with 'MCP: List Servers'.",
  },
  zed: {
    title: "Zed",
    file: ({ home }) => `${home}/.config/zed/settings.json`,
    field: "context_servers",
    entry: plain,
    after: "The agent panel shows it at once.",
  },
  windsurf: {
    title: "Windsurf",
    file: ({ home }) => `${home}/.codeium/windsurf/mcp_config.json`,
    field: "mcpServers",
    entry: plain,
    after: "Refresh the servers in Cascade.",
  },
  gemini: {
    title: "Gemini CLI",
    file: ({ home }) => `${home}/.gemini/settings.json`,
    field: "mcpServers",
    entry: plain,
    after: "The next start of gemini has it.",
  },
} as const satisfies Record<string, McpHost>;

export type HostName = keyof typeof mcpHosts;

/** In the order of the table. */
export const HOST_NAMES = Object.keys(mcpHosts);
