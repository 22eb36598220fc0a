// A collector of traces for tests: what it was sent, where, and whether it answers.

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: {
    key: string;
    value: { stringValue?: string; intValue?: string; boolValue?: boolean };
  }[];
  status: { code?: number };
}

export interface Collector extends AsyncDisposable {
  url: string;
  bodies: string[];
  /** Method and path of each request. */
  paths: string[];
  spans(): ReceivedSpan[];
  /** Resolves once so many spans have come. */
  received(count: number): Promise<void>;
}

/** `answer` decides what each request gets, and when. */
export function startCollector(
  answer: () => Response | Promise<Response> = () => Response.json({}),
): Collector {
  const bodies: string[] = [];
  const paths: string[] = [];
  const waits: { count: number; resolve(): void }[] = [];
  const spans = (): ReceivedSpan[] =>
    bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((one: { scopeSpans: { spans: ReceivedSpan[] }[] }) =>
        one.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // As long as the test: a collector that does not answer.
    idleTimeout: 0,
    async fetch(request) {
      paths.push(`${request.method} ${new URL(request.url).pathname}`);
      bodies.push(await request.text());
      for (const { count, resolve } of waits) if (spans().length >= count) resolve();
      return await answer();
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    bodies,
    paths,
    spans,
    received(count) {
      if (spans().length >= count) return Promise.resolve();
      return new Promise((resolve) => waits.push({ count, resolve }));
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** The attributes of a span as an object. */
export const attributesOf = ({ attributes }: ReceivedSpan) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? Number(value.intValue),
    ]),
  );
