// Reads a stream of server-sent events as it comes, over a unix socket.

export interface ServerSent {
  event: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

export interface Source {
  response: Response;
  /** All so far. */
  events: ServerSent[];
  /** Comments so far. */
  comments(): number;
  /** The first that fits, now or later. */
  until(fits: (event: ServerSent) => boolean): Promise<ServerSent>;
  /** Resolves when the next comment has come. */
  comment(): Promise<void>;
  /** Resolves when the other end has closed. */
  ended: Promise<void>;
  close(): void;
}

export async function openSource(
  socket: string,
  target: string,
  headers: Record<string, string> = {},
): Promise<Source> {
  const leave = new AbortController();
  const init = { unix: socket, headers, signal: leave.signal };
  const response = await fetch(`http://jamey${target}`, init);
  return { ...readSource(response), close: () => leave.abort() };
}

/** What an answer that is already here streams; `onEvent` gets each event before anybody who waits for it. */
export function readSource(
  response: Response,
  onEvent: (event: ServerSent) => void = () => undefined,
): Omit<Source, "close"> {
  const events: ServerSent[] = [];
  const waiting = new Set<() => void>();
  let comments = 0;
  const take = (block: string) => {
    if (block.startsWith(":")) comments += 1;
    const lines = block.split("\n").map((line): [string, string] => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2)];
    });
    const { event, id, data } = Object.fromEntries(lines);
    if (event !== undefined) {
      const sent = { event, id, data: JSON.parse(data ?? "null") };
      events.push(sent);
      onEvent(sent);
    }
    for (const look of [...waiting]) look();
  };
  const ended = read(response, take).catch(() => undefined);

  function when<Found>(look: () => Found | undefined): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const again = () => {
      const found = look();
      if (found === undefined) return;
      waiting.delete(again);
      resolve(found);
    };
    waiting.add(again);
    again();
    void ended.then(() => reject(new Error("the stream has ended")));
    promise.catch(() => undefined);
    return promise;
  }

  return {
    response,
    events,
    comments: () => comments,
    until: (fits) => when(() => events.find(fits)),
    async comment() {
      const before = comments;
      await when(() => (comments > before ? true : undefined));
    },
    ended,
  };
}

async function read(response: Response, take: (block: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) take(block);
  }
}
