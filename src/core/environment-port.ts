// The port to the environment that a calling object lives in: what its tools see and change of it. Types
// only. It belongs to one call of one turn: whose it is comes from the call, never from its arguments.
import type { Json, SharedData } from "../protocol/messages.ts";
import type { ServerInfo } from "../protocol/spawned.ts";
import type { PromptEdit } from "./prompt/edit.ts";
import type { Attempt } from "./world.ts";

export interface EnvironmentPort {
  /** The object whose turn calls. */
  po_name: string;
  /** What this turn may call. */
  capabilities(): CapabilityLine[];
  /** What there is and this turn may not call, by name. */
  others(): string[];
  objects(): ObjectLine[];
  standing(): EnvironmentStanding;
  sessions(asked: { po_name: string | null; query: string | null; limit: number }): SessionLine[];
  /** What a change would make of an object. The first answer stays: what was checked is what is made. */
  draft(change: ObjectChange): Promise<Attempt<ObjectDraft>>;
  /** Makes it so, for the object's next turn. */
  change(draft: ObjectDraft, reason: string): Promise<Attempt<string>>;
  /** What the whole tree of delegations shares, by key. */
  data(): SharedData[];
  store(entry: Pick<SharedData, "key" | "short_description" | "value">): Promise<Attempt<void>>;
  /** A human let this object declare it. */
  declares(capability: string): boolean;
  /** False: the objects came from elsewhere, and a human looks at what they open. */
  isTrusted: boolean;
  /** Its own interfaces. */
  servers: OwnServers;
}

/** The interfaces that the calling object opened. */
export interface OwnServers {
  list(): ServerInfo[];
  /** Its own port again is the same server. */
  open(asked: Pick<ServerInfo, "kind" | "host" | "port" | "routes">): Promise<Attempt<ServerInfo>>;
  /** False where it has none of this id. */
  close(connector_id: string): Promise<Attempt<boolean>>;
}

export type ObjectChange =
  | {
      type: "create";
      po_name: string;
      description: string;
      capabilities: string[];
      prompt: string;
      /** Further keys of its front matter, as its file would have them; whoever reads the file checks them. */
      front: Record<string, Json>;
    }
  | { type: "prompt"; po_name: string; edit: PromptEdit }
  | { type: "add_capability" | "remove_capability"; po_name: string; capability: string };

export interface ObjectDraft {
  po_name: string;
  /** The whole text of the object's file. */
  text: string;
  /** The version it was made from; null where there was no such object. */
  base_hash: string | null;
  /** For the human who decides: all that changes, nothing shortened. */
  shown: string;
  /** It can run code, or may do more than before: no rule says yes to it, only a human. */
  must_ask: boolean;
}

export interface CapabilityLine {
  name: string;
  kind: "universal" | "tool" | "object" | "workflow";
  description: string;
}

export interface ObjectLine {
  name: string;
  description: string;
  state: string;
  capabilities: string[];
}

/** How the environment stands at this moment. */
export interface EnvironmentStanding {
  environment: string;
  /** When its daemon began. */
  started_at: string;
  uptime_seconds: number;
  sessions: number;
  running_turns: number;
  pending_requests: number;
  /** What waits for a human, the oldest first; not all where there are many. */
  waiting: { po_name: string; kind: string; question: string; at: string }[];
}

export interface SessionLine {
  session_id: string;
  po_name: string;
  title: string;
  /** When it was last active, or when the message that was found was written. */
  at: string;
  /** Null for a message that was found. */
  state: string | null;
  /** Of the message that was found; null where nothing was searched for. */
  snippet: string | null;
}
