// The places of OpenAI's API: each object is a model, a request is one turn through the same door. Nothing
// here decides: what a key may do, the door says.
import type { CommandName } from "../../../../protocol/commands/index.ts";
import { type ErrorBody, JameyError, toErrorBody } from "../../../../protocol/errors.ts";
import { readGiven } from "../../../../protocol/given.ts";
import { chatRequest, responsesRequest } from "../../../../protocol/openai.ts";
import type { OpenAiModel } from "../../../../protocol/openai-answers.ts";
import { askAs } from "../../asking.ts";
import { readBody } from "../body.ts";
import { type Asking, requireScopes } from "../calls.ts";
import { apiHeaders, jsonResponse } from "../responses.ts";
import { completion, completionLines, readChatRequest } from "./chat.ts";
import { createRequestId, openAiErrorResponse } from "./errors.ts";
import { createMemory } from "./memory.ts";
import { objectOf, prepare, type Wanted } from "./request.ts";
import { readResponsesRequest, responseLines, responseOf } from "./responses.ts";
import { runTurn, streamTurn, type TurnAsking, type TurnEnd, type TurnPart } from "./turn.ts";

/** What a list of models takes. */
export const modelsCommands = ["ListPOs"] as const satisfies CommandName[];

/** What a turn of these takes; known before anything is begun. */
export const turnCommands = [
  "InspectPO",
  "CreateSession",
  "ImportSession",
  "GetSession",
  "SendMessage",
  "Subscribe",
  "WaitForTurn",
  "CancelTurn",
] as const satisfies CommandName[];

interface Visit {
  request: Request;
  fields: Record<string, string>;
  asking: Asking;
}

/** How one of the two APIs is spoken. */
interface Dialect<Asked> {
  asks: { id: string; asks: Parameters<typeof readGiven<Asked>>[0]["asks"] };
  wanted(asked: Asked): Wanted;
  isStream(asked: Asked): boolean;
  whole(asked: Asked, end: TurnEnd): object;
  lines(
    asked: Asked,
    turn_id: string,
    parts: AsyncGenerator<TurnPart>,
    remember: (text: string, end: TurnEnd) => void,
  ): AsyncGenerator<string>;
}

export function createOpenAi({ heartbeatMs }: { heartbeatMs?: number | undefined } = {}) {
  const memory = createMemory();
  const timing = heartbeatMs === undefined ? {} : { heartbeatMs };

  const speak =
    <Asked>(dialect: Dialect<Asked>) =>
    (visit: Visit): Promise<Response> =>
      answered(visit, async (request_id) => {
        const { request, asking } = visit;
        requireScopes(asking.identity, turnCommands);
        const asked = readGiven(dialect.asks, await readBody(request));
        asking.received();
        const { gateway, identity } = asking;
        const ask = askAs(gateway, gateway.connections.passing(asking));
        const looking = { ask, who: identity.id, memory };
        const { message, remember } = await prepare(looking, dialect.wanted(asked));
        const turn: TurnAsking = { ...asking, ...timing, gone: request.signal };
        if (!dialect.isStream(asked)) {
          const end = await runTurn(turn, message);
          remember(end.run.response, end);
          return jsonResponse(dialect.whole(asked, end), 200, { "x-request-id": request_id });
        }
        const { turn_id, parts } = await streamTurn(turn, message);
        const lines = dialect.lines(asked, turn_id, await begun(parts), remember);
        return streamOf(lines, request_id, asking.answerEnds);
      });

  return {
    models: (visit: Visit) =>
      answered(visit, async (request_id) => {
        const { asking, fields } = visit;
        requireScopes(asking.identity, modelsCommands);
        const { gateway } = asking;
        const ask = askAs(gateway, gateway.connections.passing(asking));
        const { prompt_objects } = await ask("ListPOs", {});
        const models = prompt_objects.map(({ name }) => modelOf(name));
        const { model } = fields;
        const found = models.find(({ id }) => model !== undefined && id === objectOf(model));
        if (model !== undefined && !found) {
          throw new JameyError("po_not_found", `There is no object '${model}'.`);
        }
        const reply = found ? { ...found, id: model } : { object: "list", data: models };
        return jsonResponse(reply, 200, { "x-request-id": request_id });
      }),
    chat: speak({
      asks: { id: "chat/completions", asks: chatRequest },
      wanted: readChatRequest,
      isStream: ({ stream }) => stream === true,
      whole: completion,
      lines: completionLines,
    }),
    responses: speak({
      asks: { id: "responses", asks: responsesRequest },
      wanted: readResponsesRequest,
      isStream: ({ stream }) => stream === true,
      whole: responseOf,
      lines: responseLines,
    }),
  };
}

const modelOf = (id: string): OpenAiModel => ({
  ...{ id, object: "model", created: 0, owned_by: "jamey" },
});

async function answered(
  { request, asking }: Visit,
  answer: (request_id: string) => Promise<Response>,
): Promise<Response> {
  const request_id = createRequestId();
  try {
    return await answer(request_id);
  } catch (thrown) {
    const isStopping = asking.signal.aborted && !request.signal.aborted;
    return openAiErrorResponse(isStopping ? stopping : toErrorBody(thrown), { request_id });
  }
}

const stopping: ErrorBody = {
  code: "unavailable",
  message: "The daemon is stopping; a running turn goes on at its next start.",
  details: {},
};

/** The first part is waited for, so that a turn which fails at once has a status of its own. */
async function begun(parts: AsyncGenerator<TurnPart>): Promise<AsyncGenerator<TurnPart>> {
  const first = await parts.next();
  return (async function* () {
    try {
      if (!first.done) yield first.value;
      yield* parts;
    } finally {
      await parts.return(undefined);
    }
  })();
}

function streamOf(lines: AsyncGenerator<string>, request_id: string, ended: () => void): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await lines.next();
        if (!next.done) return controller.enqueue(encoder.encode(next.value));
        ended();
        controller.close();
      },
      async cancel() {
        await lines.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      ...apiHeaders,
      "content-type": "text/event-stream;charset=utf-8",
      "x-accel-buffering": "no",
      "x-request-id": request_id,
    },
  });
}
