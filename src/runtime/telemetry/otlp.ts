// Spans as OTLP says them in JSON over HTTP.
import { VERSION } from "../../protocol/version.ts";
import type { Span } from "./spans.ts";

/** A collector that does not answer in this time is done without. */
const EXPORT_TIMEOUT_MS = 10_000;
const KINDS = { internal: 1, client: 3 };
const STATUS_ERROR = 2;

/** The place for traces under a collector's address, such as http://localhost:4318. */
export const tracesUrl = (endpoint: string): string => `${endpoint.replace(/\/+$/, "")}/v1/traces`;

/** Throws where the collector does not take them. */
export async function exportSpans(
  url: string,
  environment: string,
  spans: readonly Span[],
): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(encodeSpans(environment, spans)),
    redirect: "error",
    signal: AbortSignal.timeout(EXPORT_TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the collector answered ${response.status}`);
}

function encodeSpans(environment: string, spans: readonly Span[]) {
  const resource = {
    "service.name": "jamey",
    "service.version": VERSION,
    "service.namespace": environment,
  };
  const scope = { name: "jamey", version: VERSION };
  const scopeSpans = [{ scope, spans: spans.map(encodeSpan) }];
  return { resourceSpans: [{ resource: { attributes: encodeAttributes(resource) }, scopeSpans }] };
}

function encodeSpan(span: Span) {
  const { parent_span_id, error } = span;
  return {
    traceId: span.trace_id,
    spanId: span.span_id,
    ...(parent_span_id === null ? {} : { parentSpanId: parent_span_id }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanosecondsOf(span.started_at),
    endTimeUnixNano: nanosecondsOf(span.ended_at),
    attributes: encodeAttributes(span.attributes),
    status: error === null ? {} : { code: STATUS_ERROR },
  };
}

/** As text: no number of JSON holds it. */
const nanosecondsOf = (at: string): string => `${Date.parse(at)}000000`;

const encodeAttributes = (attributes: Span["attributes"]) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: encodeValue(value) }));

function encodeValue(value: string | number | boolean) {
  if (typeof value === "string") return { stringValue: value };
  return typeof value === "number" ? { intValue: String(value) } : { boolValue: value };
}
