// Holds what travels over plain HTTP to the OpenAPI document, with a JSON Schema validator that is not ours.
import type { ValidateFunction } from "ajv";
import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";

export interface Seen {
  method: string;
  /** Path and query. */
  target: string;
  /** Parsed, where it was JSON; undefined where there was none. */
  asked?: unknown;
  status: number;
  media_type: string;
  /** Of a stream of events its text. */
  answered: unknown;
}

export interface ApiChecker {
  /** What in this exchange is not as the document says. */
  check(seen: Seen): string[];
  /** Operations that were seen to answer well. */
  exercised(): string[];
  /** All operations of the document. */
  operations(): string[];
  /** What is wrong with the document's own examples. */
  badExamples(): string[];
}

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { $ref?: string; content?: Content }>;
}
type Content = Record<string, { schema?: object; example?: unknown }>;
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, { content?: Content }> };
}

/** What the events of a stream carry; a comment, a priming event and the closing word carry nothing. */
const dataOf = (text: string): unknown[] =>
  text
    .split("\n\n")
    .slice(0, -1)
    .flatMap((event) => event.match(/^data:(.+)$/m)?.[1]?.trim() ?? [])
    .filter((data) => data !== "" && data !== "[DONE]")
    .map((data) => JSON.parse(data));

const escaped = (text: string) => text.replaceAll("~", "~0").replaceAll("/", "~1");

export function createApiChecker(given: unknown): ApiChecker {
  // The linter of the test beside this one says that it is an OpenAPI document.
  const document = given as Document;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(given as object, "api");
  const compiled = new Map<string, ValidateFunction>();
  const exercised = new Set<string>();

  function faults(pointer: string, value: unknown): string[] {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    compiled.set(pointer, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((one) => `${pointer}${one.instancePath}: ${one.message}`);
  }

  function locate(method: string, pathname: string) {
    const fits = (path: string) =>
      new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`, "u").test(pathname);
    const [path] = Object.keys(document.paths)
      .filter(fits)
      .toSorted((one, other) => one.split("{").length - other.split("{").length);
    const operation =
      path && document.paths[path]?.[method === "HEAD" ? "get" : method.toLowerCase()];
    const place = `/paths/${escaped(path ?? "")}/${method.toLowerCase()}`;
    return operation ? { operation, place } : undefined;
  }

  function checkAsked({ operation, place }: NonNullable<ReturnType<typeof locate>>, seen: Seen) {
    const query = new URL(seen.target, "http://jamey").searchParams;
    const known = (operation.parameters ?? []).filter((one) => one.in === "query");
    const unknown = [...query.keys()].filter((name) => !known.some((one) => one.name === name));
    const found = unknown.map(
      (name) => `${operation.operationId}: ?${name} is not in the document`,
    );
    if (!operation.requestBody) {
      return seen.asked === undefined ? found : [...found, `${operation.operationId} has no body`];
    }
    if (seen.asked === undefined) {
      const { required } = operation.requestBody;
      return required ? [...found, `${operation.operationId} needs a body`] : found;
    }
    const pointer = `${place}/requestBody/content/${escaped("application/json")}/schema`;
    return [...found, ...faults(pointer, seen.asked)];
  }

  function checkAnswered({ operation, place }: NonNullable<ReturnType<typeof locate>>, seen: Seen) {
    const response = operation.responses[String(seen.status)];
    if (!response) return [`${operation.operationId}: ${seen.status} is not in the document`];
    const shared = response.$ref?.split("/").at(-1) ?? "";
    const content = response.$ref
      ? document.components.responses[shared]?.content
      : response.content;
    if (!content && seen.answered === "") return [];
    if (!content?.[seen.media_type]) {
      return [
        `${operation.operationId}: ${seen.status} is ${seen.media_type}, not ${Object.keys(content ?? {})}`,
      ];
    }
    const from = response.$ref ? response.$ref.slice(1) : `${place}/responses/${seen.status}`;
    const schema = `${from}/content/${escaped(seen.media_type)}/schema`;
    if (seen.media_type !== "text/event-stream") return faults(schema, seen.answered);
    const data = dataOf(String(seen.answered));
    return [
      ...faults(schema, seen.answered),
      ...data.flatMap((one) => faults(`${schema}/contentSchema`, one)),
    ];
  }

  return {
    check(seen) {
      const { pathname } = new URL(seen.target, "http://jamey");
      const found = locate(seen.method, pathname);
      if (!found) {
        const isRefused = [404, 405].includes(seen.status) || pathname.startsWith("/api/call/");
        const wrong = isRefused ? [] : [`${seen.method} ${pathname} answers ${seen.status} unseen`];
        const shape = pathname.startsWith("/v1/") ? "OpenAiError" : "Error";
        return [...wrong, ...faults(`/components/schemas/${shape}`, seen.answered)];
      }
      const asked = checkAsked(found, seen);
      const isGood = seen.status < 300;
      if (isGood) exercised.add(found.operation.operationId);
      // What the document forbids may be sent, and is then refused.
      return [...(isGood ? asked : []), ...checkAnswered(found, seen)];
    },
    exercised: () => [...exercised].toSorted(),
    operations: () =>
      Object.values(document.paths)
        .flatMap((methods) => Object.values(methods).map((one) => one.operationId))
        .toSorted(),
    badExamples: () =>
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).flatMap(([method, operation]) => {
          const place = `/paths/${escaped(path)}/${method}`;
          const ofContent = (from: string, content: Content = {}) =>
            Object.entries(content).flatMap(([type, { example }]) =>
              example === undefined
                ? []
                : faults(`${from}/content/${escaped(type)}/schema`, example),
            );
          return [
            ...ofContent(`${place}/requestBody`, operation.requestBody?.content),
            ...Object.entries(operation.responses).flatMap(([status, { content }]) =>
              ofContent(`${place}/responses/${status}`, content),
            ),
          ];
        }),
      ),
  };
}
