// Drives any model API: opens the vendor's stream, folds its chunks into our parts, and turns every
// failure into an `error` part. It never throws.
// Rules: 1. Exactly one `end` or `error`, last; after an abort nothing more comes, not even that.
//        2. Tool calls come only once the vendor has finished: a cut answer never starts a tool.
//        3. An answer whose finish reason came is whole, whatever happens to the connection after it.
import type { Model, ModelPart, ModelRequest } from "../core/model.ts";
import type { Connection } from "./connection.ts";
import {
  bodyFailure,
  type Failure,
  failure,
  thrownFailure,
  unfinishedFailure,
} from "./failures.ts";
import { fieldsOf } from "./fields.ts";
import { toolNames } from "./names.ts";
import { type Framing, openWire, type Wire } from "./wire.ts";

/** What a vendor said that is no part by itself: an error inside the stream. */
export interface Complaint {
  type: "complaint";
  /** The vendor's error as it came. */
  body: unknown;
}

/** A vendor's way of talking, as pure functions around one call of its SDK. */
export interface Api<Reading> {
  framing: Framing;
  /** Sends the request; chunks are unknown until `read` has looked at them. */
  open(request: ModelRequest, connection: Connection, wire: Wire): Promise<AsyncIterable<unknown>>;
  initial: Reading;
  read(reading: Reading, chunk: unknown): [Reading, (ModelPart | Complaint)[]];
  /** Nothing after this chunk matters. */
  isOver(reading: Reading): boolean;
  /** What is owed at the end, `end` last. Empty when the vendor never said that it had finished. */
  close(reading: Reading, model: string): ModelPart[];
}

export function createModel<Reading>(api: Api<Reading>, connection: Connection): Model {
  return { stream: (request, signal) => follow(api, connection, request, signal) };
}

async function* follow<Reading>(
  api: Api<Reading>,
  connection: Connection,
  asked: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  if (signal.aborted) return;
  const request = { ...asked, model: connection.model };
  const wire = openWire(connection, api.framing, signal);
  let reading = api.initial;
  let reported: Failure | undefined;
  let broken: Failure | undefined;
  try {
    const chunks = await api.open(request, connection, wire);
    for await (const chunk of chunks) {
      const [next, parts] = api.read(reading, chunk);
      reading = next;
      for (const part of parts) {
        if (part.type === "complaint") reported ??= bodyFailure(connection, part.body);
        else if (part.type === "error") reported ??= named(part, connection);
        else if (reported === undefined) yield part;
      }
      if (reported !== undefined || api.isOver(reading)) break;
    }
  } catch (thrown) {
    const body = fieldsOf(fieldsOf(thrown)?.error);
    // SDKs throw what a vendor reports inside its stream.
    if (body !== undefined && wire.failure() === undefined)
      reported = bodyFailure(connection, body);
    else broken = wire.failure() ?? thrownFailure(connection, thrown);
  } finally {
    wire.close();
  }
  if (signal.aborted) return;
  if (reported !== undefined) {
    yield reported;
    return;
  }
  // SDKs end quietly when a timer of the wire stops them.
  yield* ending(
    api.close(reading, connection.model),
    broken ?? wire.failure(),
    request,
    connection,
  );
}

/** Rule 3: what broke counts only where it cut the answer short. */
function* ending(
  last: ModelPart[],
  broken: Failure | undefined,
  request: ModelRequest,
  connection: Connection,
): Generator<ModelPart> {
  if (last.length === 0) {
    yield broken ?? unfinishedFailure(connection);
    return;
  }
  const names = toolNames(request.tools);
  for (const part of last) {
    yield part.type === "tool_call" ? { ...part, name: names.get(part.name) ?? part.name } : part;
  }
}

/** A problem that `read` found: it knows neither vendor nor keys. */
function named(part: Failure, connection: Connection): Failure {
  const { retryable, retry_after_ms } = part;
  return failure(connection, part.code, part.message, { retryable, retry_after_ms });
}
