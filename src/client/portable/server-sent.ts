// Server-sent events out of the bytes of an answer, wherever they are cut.
// Rule: an event is handed on when its empty line has come, never before; a broken-off one is nothing.

/** One event whole. Longer than the longest that a daemon keeps. In UTF-16 units. */
const MAX_EVENT_LENGTH = 32 * 1024 * 1024;

export interface ServerSent {
  /** null: as before. */
  id: string | null;
  /** Empty: a heartbeat. */
  data: string;
}

export function createServerSentReader(): { read(text: string): ServerSent[] } {
  let rest = "";
  let id: string | null = null;
  let data = "";

  function line(text: string): ServerSent | undefined {
    if (text === "") {
      const event = { id, data };
      id = null;
      data = "";
      return event;
    }
    const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(text) ?? [];
    if (name === "id") id = value;
    if (name === "data") data = data === "" ? value : `${data}\n${value}`;
    return undefined;
  }

  return {
    read(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length + data.length > MAX_EVENT_LENGTH) throw new Error("An event is too long.");
      return lines.flatMap((one) => line(one) ?? []);
    },
  };
}
