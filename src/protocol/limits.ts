// The limits that both ends of a connection must agree on. Name, unit, and why where it is not plain.

/** One WebSocket message or HTTP body. Above it the connection is closed or answered 413. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** One human message, text only (a piped file included). */
export const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
/** All attachments of one message, decoded. */
export const MAX_ATTACHMENTS_BYTES = 8 * 1024 * 1024;
export const MAX_ATTACHMENTS = 16;
/** Attachments are images of these types. */
export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
/** The payload of one event in the journal. Above it the append is refused, never cut in silence. */
export const MAX_PAYLOAD_BYTES = 12 * 1024 * 1024;
/** Nesting of any JSON taken from outside: 100,000 brackets freeze a stringifier for seconds. */
export const MAX_JSON_DEPTH = 128;
/** Values in one JSON text from outside, each element and field counted: millions of them cost gigabytes. */
export const MAX_JSON_VALUES = 500_000;
/** Elements of one list or record that is asked with, where its own word does not say another number. */
export const MAX_ITEMS = 1_000;
/** Names of objects, tools, sessions. */
export const MAX_NAME_LENGTH = 64;
/** What a name is made of: letters, digits, '_', '-' and '.', not first '.'. */
export const NAME_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u;
export const MAX_TITLE_LENGTH = 200;
export const MAX_KEYS = 1000;
/** One secret, in UTF-16 units. */
export const MAX_SECRET_LENGTH = 64 * 1024;
/** Sessions, requests and hits in one list reply. */
export const MAX_LIST_LENGTH = 1000;
/** Messages of a conversation that is copied into a new session: forked or imported. They are committed as
 * one, and nobody else is served meanwhile: some 200 ms. */
export const MAX_IMPORTED_MESSAGES = 4_000;
/** The text of one object. */
export const MAX_OBJECT_BYTES = 1024 * 1024;
/** The text of a workflow. Bytes. */
export const MAX_WORKFLOW_BYTES = 256 * 1024;
/** Objects that call each other in one chain, whatever the settings allow. */
export const MAX_DELEGATION_DEPTH = 16;
/** Members of one group. */
export const MAX_GROUP_MEMBERS = 16;
/** Routes of one interface that an object opens. */
export const MAX_SERVER_ROUTES = 64;
/** Versions of one object in a list. */
export const MAX_VERSIONS = 1000;
/** Keys of what one tree of delegations shares. */
export const MAX_DATA_KEYS = 100;
/** The pattern of a permission rule that a human gives in an answer. In UTF-16 units. */
export const MAX_RULE_LENGTH = 4_000;
/** Permission rules that one turn is held to: of its message, and of those that joined it. */
export const MAX_TURN_RULES = 4_096;
/** Tools that a caller brings for one turn, and results of them. */
export const MAX_CLIENT_TOOLS = 128;
/** What a caller adds to an object's prompt. In UTF-16 units. */
export const MAX_INSTRUCTIONS_LENGTH = 256 * 1024;
/** A JSON Schema that an answer must fit, as text. */
export const MAX_OUTPUT_SCHEMA_BYTES = 64 * 1024;
/** Requests of one connection that wait for their reply. */
export const MAX_REQUESTS_IN_FLIGHT = 256;
/** Clients that are connected at once, so that descriptors and memory are left for the work. */
export const MAX_CONNECTIONS = 2_000;
/** Of these over the network: this user's own clients always find room. */
export const MAX_REMOTE_CONNECTIONS = 1_500;
/** Of these with one key, so that one program leaves room for the others. */
export const MAX_KEY_CONNECTIONS = 256;
export const MAX_SUBSCRIPTIONS = 64;
/** A follower's batch: events are coalesced into one frame up to this size. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** A client that does not attach within this time is dropped. */
export const ATTACH_TIMEOUT_MS = 10_000;

/** What wakes one object by itself. */
export const MAX_WAKES = 16;
