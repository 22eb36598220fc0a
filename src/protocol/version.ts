// The versions: of the wire, and of jamey itself (a test holds it equal to package.json).

/**
 * Clients and daemons with the same number understand each other. `scripts/wire.ts` refuses changes of the wire for
 * which it must move.
 */
export const PROTOCOL_VERSION = 2;

export const VERSION = "0.1.0";
