// HTTP as bytes, for requests that no client would send. One connection each.
import { connect } from "node:net";

/** A connection that neither answers nor ends is a failure. */
const ANSWER_TIMEOUT_MS = 20_000;

export interface RawAnswer {
  /** undefined: closed without an answer. */
  status: number | undefined;
  head: string;
  body: string;
}

/**
 * Sends text to a port of this machine, or to a socket's path, and reads until the other end closes or a whole
 * answer of known length is here.
 */
export function rawHttp(to: number | string, text: string): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), ANSWER_TIMEOUT_MS);
  let received = "";
  const place = typeof to === "number" ? { port: to, host: "127.0.0.1" } : { path: to };
  const socket = connect(place, () => socket.write(text));
  const finish = () => {
    clearTimeout(timer);
    socket.destroy();
    resolve(readAnswer(received));
  };
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
    const { head, body } = readAnswer(received);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    const isUpgrade = head.startsWith("HTTP/1.1 101");
    if (isUpgrade || (length !== undefined && body.length >= Number(length))) finish();
  });
  socket.on("close", finish);
  socket.on("error", finish);
  return promise;
}

function readAnswer(received: string): RawAnswer {
  const end = received.indexOf("\r\n\r\n");
  const head = end < 0 ? received : received.slice(0, end);
  const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
  return {
    status: status === undefined ? undefined : Number(status),
    head,
    body: end < 0 ? "" : received.slice(end + 4),
  };
}
