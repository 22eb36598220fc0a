// The agent that an editor talks to: sessions, prompts, modes. Sessions and turns are the daemon's; what is held
// here is only which sessions are open, which prompt runs and which mode the editor chose.
import type { Link } from "../../client/link.ts";
import { JameyError } from "../../protocol/errors.ts";
import { isObject } from "../../protocol/json.ts";
import type { SessionView } from "../../protocol/messages.ts";
import { VERSION } from "../../protocol/version.ts";
import { modes } from "./modes.ts";
import { ACP_VERSION, type Asked, readers } from "./params.ts";
import { type Open, runPrompt, type Talking, tellQuestion, tellUpdate } from "./prompts.ts";
import type { Handlers } from "./rpc.ts";
import { replayed } from "./updates.ts";

/** Sessions that one page of the list holds. */
const PAGE_LENGTH = 50;

export interface AgentOptions extends Omit<Talking, "hasForms"> {
  po_name: string;
  /** The link of a folder: sessions that begin over it work there. */
  linkIn(folder: string): Promise<Link>;
  /** The folder of whoever asks for no other. */
  folder: string;
}

type RequestName = keyof Asked;
type Answers = { [Name in RequestName]: (params: Asked[Name]) => Promise<object> };

export function createAgent(given: AgentOptions): Handlers {
  const sessions = createSessions();
  let hasForms = false;
  const options = { ...given, hasForms: () => hasForms };
  const answers: Answers = {
    initialize(asked) {
      hasForms = asked.hasForms;
      return Promise.resolve(about);
    },
    ...sessionAnswers(options, sessions),
    "session/prompt": ({ sessionId, prompt }) =>
      runPrompt(options, sessions.find(sessionId), prompt),
    "session/set_mode": ({ sessionId, modeId }) => {
      if (!modes.availableModes.some((mode) => mode.id === modeId)) {
        const refused = new JameyError("invalid_request", `There is no mode '${modeId}'.`);
        return Promise.reject(refused);
      }
      sessions.find(sessionId).mode = modeId;
      return Promise.resolve({});
    },
  };
  return {
    requests: served(answers),
    notifications: {
      "session/cancel"(params) {
        const { sessionId } = isObject(params) ? params : {};
        sessions.running(String(sessionId))?.abort("cancelled in the editor");
      },
    },
  };
}

function sessionAnswers(
  options: AgentOptions & Talking,
  sessions: ReturnType<typeof createSessions>,
): Pick<Answers, "session/new" | "session/load" | "session/resume" | "session/list"> {
  const { linkIn, note, po_name, folder } = options;

  async function look(cwd: string, session_id: string, messages: "all" | "none") {
    const link = await linkIn(cwd);
    const asked = { session_id, messages };
    const { session } = await link.call("GetSession", asked, { isRepeatable: true });
    return { link, session };
  }

  return {
    async "session/new"({ cwd, servers }) {
      if (servers > 0) await note(NO_SERVERS);
      const link = await linkIn(cwd);
      const { session } = await link.call("CreateSession", { po_name });
      return { sessionId: session.session_id, ...sessions.open(link, session) };
    },
    async "session/load"({ cwd, sessionId }) {
      const { link, session } = await look(cwd, sessionId, "all");
      for (const update of replayed(session.conversation, session.workspace)) {
        await tellUpdate(options, sessionId, update);
      }
      const opened = sessions.open(link, session);
      await tellWaiting(options, sessions.find(sessionId));
      return opened;
    },
    async "session/resume"({ cwd, sessionId }) {
      const { link, session } = await look(cwd, sessionId, "none");
      const opened = sessions.open(link, session);
      // It may have been asked elsewhere: the editor has perhaps never shown it.
      await tellWaiting(options, sessions.find(sessionId));
      return opened;
    },
    async "session/list"({ cwd, cursor }) {
      const link = await linkIn(cwd ?? folder);
      const asked = { workspace: cwd, cursor, limit: PAGE_LENGTH };
      const { sessions: found, next_cursor } = await link.call("ListSessions", asked);
      return {
        sessions: found.map(({ session_id, workspace, name, title, updated_at }) => ({
          sessionId: session_id,
          cwd: workspace,
          title: name ?? title,
          updatedAt: updated_at,
        })),
        nextCursor: next_cursor,
      };
    },
  };
}

/** Shows what the session's turn asked before it was opened here; only then does the next prompt answer it. */
async function tellWaiting(options: Pick<Talking, "peer">, one: Open): Promise<void> {
  const { link, session_id } = one;
  const asked = { session_id };
  const { requests } = await link.call("ListPendingRequests", asked, { isRepeatable: true });
  const wanted = requests.find(({ kind, limit }) => kind === "question" && limit === undefined);
  // A turn that runs here shows its own.
  const question = one.turn ? undefined : wanted;
  if (question) await tellQuestion(options, session_id, question);
  one.question = question;
}

const nothingRuns = {
  isPrompted: false,
  abort: undefined,
  turn: undefined,
  question: undefined,
};

function createSessions() {
  const sessions = new Map<string, Open>();
  return {
    open(link: Link, { session_id, workspace, po_name }: SessionView) {
      const known = sessions.get(session_id);
      const mode = known?.mode ?? modes.currentModeId;
      // What runs goes on in the same one.
      const one = known ?? { ...nothingRuns };
      sessions.set(session_id, Object.assign(one, { session_id, link, po_name, workspace, mode }));
      return { modes: { ...modes, currentModeId: mode } };
    },
    find(session_id: string): Open {
      const found = sessions.get(session_id);
      if (found) return found;
      const message = `The session ${session_id} is not open here: load it or resume it first.`;
      throw new JameyError("session_not_found", message);
    },
    running: (session_id: string) => sessions.get(session_id)?.abort,
  };
}

/** Held against what the protocol says; nothing is answered before `initialize`. */
function served(answers: Answers): Handlers["requests"] {
  let isReady = false;
  const serve =
    <Name extends RequestName>(name: Name) =>
    async (params: unknown): Promise<object> => {
      if (!isReady && name !== "initialize") {
        throw new JameyError("conflict", "Ask initialize first.");
      }
      const asked = readers[name](isObject(params) ? params : {});
      isReady = true;
      return await answers[name](asked);
    };
  // The names of a table of ours.
  const names = Object.keys(readers) as RequestName[];
  return Object.fromEntries(names.map((name) => [name, serve(name)]));
}

const NO_SERVERS =
  "jamey: the editor's MCP servers are not used: a human approves those of agents with 'jamey mcp add'.";

const about = {
  protocolVersion: ACP_VERSION,
  agentCapabilities: {
    loadSession: true,
    promptCapabilities: { image: true, audio: false, embeddedContext: true },
    mcpCapabilities: { http: false, sse: false },
    sessionCapabilities: { list: {}, resume: {} },
  },
  agentInfo: { name: "jamey", title: "jamey", version: VERSION },
  authMethods: [],
};
