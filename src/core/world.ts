// The port to the operating system: everything that is not a decision. Types only; the real one is
// `runtime/world.ts`, tests bring their own.

/** What may fail in an expected way. `problem` is a sentence for the model and for humans. */
export type Attempt<Value> = { ok: true; value: Value } | { ok: false; problem: string };

export interface World {
  /** UTC, ISO 8601 with milliseconds and Z. */
  now(): string;
  /** Milliseconds that never jump; only differences mean something. */
  monotonicMs(): number;
  /** A new id, unguessable and ascending in time: prefix, then 20 characters [0-9a-z]. */
  newId(prefix: string): string;
  /** SHA-256, hex. */
  hash(content: string | Uint8Array): string;
  files: Files;
  processes: Processes;
  http: Http;
}

/** A path that somebody named, and the folder that it must not leave. */
export interface Place {
  /** Absolute real path. */
  root: string;
  /** Relative to the root, or absolute beneath it. Never trusted. */
  path: string;
}

/** What a place really is, after every link was followed. */
export interface Resolved {
  /** Relative to the root, without links; "." is the root. */
  path: string;
  /** `other` is a device, a socket or a pipe: it is never opened. */
  kind: "file" | "directory" | "other" | "missing";
}

/**
 * The only way to files. Every method walks from the root one component at a time and follows links
 * itself, so that no name, link or race leads outside; what cannot be resolved is refused.
 */
export interface Files {
  /**
   * `write` also refuses what agents must not change, such as `.git`, `.state` and the environment's
   * objects. Jamey's keys and state are refused by every method here.
   */
  resolve(place: Place, purpose: "read" | "write"): Promise<Attempt<Resolved>>;
  open(place: Place): Promise<Attempt<FileReader>>;
  /** Atomic: another reader sees the old content or the new. Missing folders are made. */
  write(place: Place, content: Uint8Array, options?: WriteOptions): Promise<Attempt<Written>>;
  /** A new file that only its owner can read, for content that comes in pieces. */
  create(place: Place): Promise<Attempt<FileWriter>>;
  /**
   * What lies in a folder, in the order of names. Links are named, never followed; jamey's own keys and
   * state are named, never entered.
   */
  walk(place: Place, options: WalkOptions): Promise<Attempt<AsyncIterable<FileEntry>>>;
}

export interface FileReader {
  /** Relative to the root, without links. */
  path: string;
  /** The size when it was opened. */
  bytes: number;
  /** Changes whenever the file does. */
  version: string;
  /** The content from the start, in pieces. Leaving the loop early is fine. */
  chunks(): AsyncIterable<Uint8Array>;
  close(): void;
}

export interface WriteOptions {
  /** Refuses the write if the file is no longer this one. */
  replaces?: string;
}

export interface Written {
  path: string;
  /** False where a file was replaced. */
  is_new: boolean;
}

export interface FileWriter {
  /** Absolute. */
  path: string;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

export interface WalkOptions {
  /** How many folders deep; 1 is the folder itself only. */
  max_depth: number;
  /** Names of folders that are named but not entered. */
  skip: readonly string[];
  /** Entries after which the walk ends; the last entry it gives is then `{kind: "more"}`. */
  max_entries: number;
  signal: AbortSignal;
}

export interface FileEntry {
  /** Relative to the folder that is walked. */
  path: string;
  /** `more`: the walk reached its limit. `unreadable`: a folder that could not be entered. */
  kind: "file" | "directory" | "link" | "other" | "unreadable" | "more";
  /** Opens a file through its folder, whatever became of the path since. */
  open(): Promise<Attempt<FileReader>>;
}

export interface Processes {
  /** The shell that understands what models write: absolute path and leading arguments. */
  shell: readonly [string, ...string[]];
  /** Starts a process at the head of a new process group, its stdin closed. */
  start(options: StartOptions): Attempt<RunningProcess>;
  /** The same, but with an open stdin, and with stdout and stderr apart. */
  open(options: StartOptions): Attempt<SpokenProcess>;
}

export interface StartOptions {
  argv: readonly [string, ...string[]];
  /** Working directory, absolute. */
  folder: string;
  /** The whole environment. */
  variables: Record<string, string>;
}

export interface RunningProcess {
  pid: number;
  /** stdout and stderr as they arrive. Who does not read makes the process wait. */
  output: AsyncIterable<Uint8Array>;
  /** The exit of the process itself; what it left behind may live on until `end`. */
  exited: Promise<ProcessExit>;
  /**
   * Ends the process, its group and whatever it started elsewhere: asks, and after a grace period
   * kills. Then `output` ends too.
   */
  end(): Promise<void>;
}

/** A process that is spoken with. */
export interface SpokenProcess extends RunningProcess {
  /** stdout only. */
  output: AsyncIterable<Uint8Array>;
  errors: AsyncIterable<Uint8Array>;
  /** Resolves when it was taken; false where nobody reads it any more. */
  write(bytes: Uint8Array): Promise<boolean>;
  /** No more input. */
  closeInput(): void;
}

export type ProcessExit = { code: number; signal: null } | { code: null; signal: string };

export interface Http {
  /**
   * One exchange, redirects not followed. http and https only; the name is resolved once, all its
   * addresses are checked and a checked one is dialled. The body is decoded (gzip, deflate, br).
   */
  exchange(request: HttpRequest): Promise<Attempt<HttpResponse>>;
}

export interface HttpRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Uint8Array | undefined;
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  status_text: string;
  /** Names in lower case; of a repeated header the values are joined by ", ". */
  headers: Record<string, string>;
  /** Ends with an error where the body is broken. Leaving the loop early closes the connection. */
  body: AsyncIterable<Uint8Array>;
}
