// The scopes of a caller, apart from the schemas, so that a client can name them without loading zod.

/**
 * Each includes those before it. `read` looks; `chat` talks to agents, denies what they ask and answers their
 * questions; `admin` does anything: what widens an agent's means, an approval or a rule, runs as this user.
 */
export const SCOPES = ["read", "chat", "admin"] as const;
export type Scope = (typeof SCOPES)[number];
