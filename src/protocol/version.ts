// The versions: of the wire, and of jamey itself (a test holds it equal to package.json).

/** Clients and daemons with the same number understand each other. */
export const PROTOCOL_VERSION = 1;

export const VERSION = "0.1.0";
