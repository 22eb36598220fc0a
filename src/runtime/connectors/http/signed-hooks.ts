// `POST /hooks/NAME`: a webhook of a program that has no key of ours but signs what it sends with a shared secret.
//
// Rules: 1. Nothing is read before the headers could be right, and nothing is done before the signature is.
//        2. What came once wakes once, however often it is sent again, also after a restart.
//        3. No signature is right in both ways of signing: one key serves both, and what was caught of the one would
//           else be new, and good for ever, as the other. So what begins as Standard Webhooks sign is theirs alone.
import { createHmac, timingSafeEqual } from "node:crypto";
import { type ErrorBody, JameyError, toErrorBody } from "../../../protocol/errors.ts";
import type { Gateway } from "../../gateway.ts";
import { askAs } from "../asking.ts";
import { createMatcher } from "./match.ts";
import { errorResponse, jsonResponse } from "./responses.ts";
import { signedPaths } from "./routes.ts";

/** Of one call. */
export const MAX_HOOK_BYTES = 1024 * 1024;
/** A signed time may be this far from ours. Seconds. */
const MAX_CLOCK_SECONDS = 300;
/** Of Standard Webhooks; neither JSON nor a form begins like one. Rule 3. */
const MAX_ID_LENGTH = 100;
const ID = new RegExp(`^[\\w:@~+/-]{1,${MAX_ID_LENGTH}}$`);
/** Seconds. With fewer digits a version such as `build.1.2` would look like one. */
const TIMESTAMP = /^\d{10}$/;
/** More than an id, a time and two dots have. */
const MAX_PREFIX_BYTES = MAX_ID_LENGTH + 20;

/** The key of a hook, or a secret that is one as it stands; undefined where nobody has set one. */
export type HookSecrets = (hook_name: string) => string | Uint8Array | undefined;

/** undefined: it is no signed webhook. `mayFail` is asked before a signature is refused: false where there were too many. */
export type SignedHooks = (
  request: Request,
  mayFail: () => boolean,
) => Promise<Response> | undefined;

export function createSignedHooks(
  gateway: Gateway,
  secrets: HookSecrets,
  now: () => number = Date.now,
): SignedHooks {
  const match = createMatcher(Object.keys(signedPaths).map((path) => ({ path, row: undefined })));

  async function answer(
    request: Request,
    hook_name: string,
    mayFail: () => boolean,
  ): Promise<Response> {
    const secret = secrets(hook_name);
    const claim = claimOf(request.headers, now());
    const body = secret === undefined || !claim ? undefined : await readBounded(request);
    if (secret === undefined || !claim || body === undefined || !isSigned(claim, secret, body)) {
      return errorResponse(mayFail() ? wrong : tooMany, { closes: true });
    }
    const caller = gateway.connections.passing({
      identity: {
        id: `hook-${hook_name}`,
        name: `webhook ${hook_name}`,
        scopes: ["chat"],
        isOnSocket: false,
        ended: new AbortController().signal,
      },
      signal: request.signal,
    });
    const ask = askAs(gateway, caller);
    const text = new TextDecoder().decode(body);
    return jsonResponse(
      await ask("CallHook", { hook_name, body: text, delivery_id: claim.delivery_id }),
    );
  }

  return (request, mayFail) => {
    const { hook_name } = match(new URL(request.url).pathname)?.fields ?? {};
    if (request.method !== "POST" || hook_name === undefined) return undefined;
    return answer(request, hook_name, mayFail).catch((thrown) =>
      errorResponse(toErrorBody(thrown)),
    );
  };
}

interface Claim {
  signatures: { encoding: "hex" | "base64"; text: string }[];
  /** What stands before the body in what is signed. */
  before: string;
  delivery_id: string;
}

/** The headers of Standard Webhooks, or GitHub's. The latter sign no id: the same body is the same call. */
function claimOf(headers: Headers, nowMs: number): Claim | undefined {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signed = headers.get("webhook-signature");
  if (id !== null && timestamp !== null && signed !== null) {
    const isNear = Math.abs(Number(timestamp) - nowMs / 1_000) <= MAX_CLOCK_SECONDS;
    if (!isNear || !ID.test(id) || !TIMESTAMP.test(timestamp)) return undefined;
    const found = [...signed.matchAll(/(?:^| )v1,([A-Za-z0-9+/=]{44})(?= |$)/g)];
    const signatures = found.map(([, text = ""]) => ({ encoding: "base64" as const, text }));
    return { signatures, before: `${id}.${timestamp}.`, delivery_id: `id:${id}` };
  }
  const text = /^sha256=([0-9a-f]{64})$/i.exec(headers.get("x-hub-signature-256") ?? "")?.[1];
  if (text === undefined) return undefined;
  const delivery_id = `sha256:${text.toLowerCase()}`;
  return { signatures: [{ encoding: "hex", text }], before: "", delivery_id };
}

function isSigned(
  { signatures, before }: Claim,
  key: string | Uint8Array,
  body: Uint8Array,
): boolean {
  if (before === "" && isStandard(body)) return false;
  const right = createHmac("sha256", key).update(before).update(body).digest();
  return signatures.some(({ encoding, text }) => {
    const given = Buffer.from(text, encoding);
    return given.length === right.length && timingSafeEqual(given, right);
  });
}

/** Rule 3: whether it begins with an id, a time and their dots. */
function isStandard(body: Uint8Array): boolean {
  const [id = "", timestamp = "", ...rest] = Buffer.from(body.subarray(0, MAX_PREFIX_BYTES))
    .toString("latin1")
    .split(".");
  return ID.test(id) && TIMESTAMP.test(timestamp) && rest.length > 0;
}

async function readBounded(request: Request): Promise<Uint8Array> {
  const large = new JameyError("too_large", `A webhook has at most ${MAX_HOOK_BYTES} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > MAX_HOOK_BYTES) throw large;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_HOOK_BYTES) throw large;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const wrong: ErrorBody = {
  code: "unauthorized",
  message:
    "This webhook needs a signature: webhook-id, webhook-timestamp and webhook-signature, or x-hub-signature-256, made with the secret in JAMEY_HOOK_SECRET where the daemon runs.",
  details: {},
};
const tooMany: ErrorBody = {
  code: "overloaded",
  message: "Too many wrong signatures from this address: try again later.",
  details: {},
};
