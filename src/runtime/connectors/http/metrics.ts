// GET /metrics: what the daemon says of itself, in the text that Prometheus reads (exposition format 0.0.4).
// Numbers and names of models only: nothing that was said. Needs the scope read.
import type { CommandName, Reply } from "../../../protocol/commands/index.ts";
import { askAs } from "../asking.ts";
import { type Asking, requireScopes } from "./calls.ts";
import { textResponse } from "./responses.ts";

const MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What it is put together from. */
export const metricsCommands = ["GetStatus", "GetUsage"] as const satisfies CommandName[];

/** Answers of this listener so far, by status. */
export interface HttpCounts {
  count(status: number): void;
  all(): Iterable<[number, number]>;
}

export function createHttpCounts(): HttpCounts {
  const counts = new Map<number, number>();
  return {
    count: (status) => void counts.set(status, (counts.get(status) ?? 0) + 1),
    all: () => [...counts].sort(([left], [right]) => left - right),
  };
}

export async function answerMetrics(asking: Asking, counts: HttpCounts): Promise<Response> {
  requireScopes(asking.identity, metricsCommands);
  const { gateway } = asking;
  const ask = askAs(gateway, gateway.connections.passing(asking));
  const [status, usage] = await Promise.all([ask("GetStatus", {}), ask("GetUsage", {})]);
  const families = [...familiesOf(status), ...usageFamilies(usage), httpFamily(counts)];
  return textResponse(families.map(exposed).join(""), MEDIA_TYPE);
}

interface Family {
  name: string;
  type: "gauge" | "counter";
  help: string;
  samples: { labels?: Record<string, string>; value: number }[];
}

function familiesOf(status: Reply<"GetStatus">): Family[] {
  const { version, environment, started_at } = status;
  const gauge = (name: string, help: string, value: number): Family => ({
    ...{ name, help },
    type: "gauge",
    samples: [{ value }],
  });
  return [
    {
      name: "jamey_build_info",
      type: "gauge",
      help: "Which jamey this is.",
      samples: [{ labels: { version, environment }, value: 1 }],
    },
    gauge("jamey_start_time_seconds", "When the daemon began.", Date.parse(started_at) / 1_000),
    gauge("jamey_memory_bytes", "Memory that the daemon holds.", status.memory_bytes),
    gauge("jamey_objects", "Live objects.", status.objects),
    gauge("jamey_sessions", "Sessions that are kept.", status.sessions),
    gauge("jamey_running_turns", "Turns that run now.", status.running_turns),
    gauge("jamey_pending_requests", "Questions that wait for a human.", status.pending_requests),
    gauge("jamey_clients", "Clients that are attached.", status.clients),
    {
      name: "jamey_events_total",
      type: "counter",
      help: "Events in the journal.",
      samples: [{ value: status.seq }],
    },
  ];
}

function usageFamilies({ models }: Reply<"GetUsage">): Family[] {
  const kinds = ["input", "output", "cached", "reasoning"] as const;
  return [
    {
      name: "jamey_model_calls_total",
      type: "counter",
      help: "Calls of models that were answered.",
      samples: models.map(({ model, calls }) => ({ labels: { model }, value: calls })),
    },
    {
      name: "jamey_model_tokens_total",
      type: "counter",
      help: "Tokens; cached ones are input too, those of reasoning output.",
      samples: models.flatMap(({ model, usage }) =>
        kinds.map((type) => ({ labels: { model, type }, value: usage[`${type}_tokens`] })),
      ),
    },
    {
      name: "jamey_model_cost_usd_total",
      type: "counter",
      help: "US dollars, of models whose price is known.",
      samples: models.flatMap(({ model, usage }) =>
        usage.cost_usd === null ? [] : [{ labels: { model }, value: usage.cost_usd }],
      ),
    },
  ];
}

const httpFamily = (counts: HttpCounts): Family => ({
  name: "jamey_http_requests_total",
  type: "counter",
  help: "Requests that this listener answered, by status.",
  samples: [...counts.all()].map(([code, value]) => ({ labels: { code: String(code) }, value })),
});

function exposed({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelsOf(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsOf(labels: Record<string, string> | undefined): string {
  if (!labels) return "";
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${pairs.join(",")}}`;
}

const escaped = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
