// The WebSocket of one session: who is refused, who sees what, and in which order.
import { describe, expect, test } from "bun:test";
import { webSocketEvent } from "../../../src/protocol/rest.ts";
import { codeOf, openApi } from "../../support/api.ts";
import { newSession, rename } from "../../support/following.ts";
import { openSessionSocket, type SessionSocket } from "../../support/session-socket.ts";
import { openListening } from "../../support/tcp.ts";
import { heldRun, testTool } from "../../support/test-tools.ts";

const told = ({ frames }: SessionSocket) =>
  frames.map((frame) =>
    frame.type === "message_update" ? `${frame.type} ${frame.message.role}` : frame.type,
  );
const isAnswer = (frame: SessionSocket["frames"][number]) =>
  frame.type === "message_update" && frame.message.content === "done";

describe("the socket of a session", () => {
  test("shows messages, a slow tool and the state of the session, in order, to everybody on it", async () => {
    const slow = heldRun();
    await using scene = await openApi({
      tools: [testTool("look", { risk: "read", run: slow.run })],
      script: (_, index) => (index === 0 ? { calls: [{ name: "look", args: { at: 1 } }] } : "done"),
    });
    const { world, socket } = scene;
    const session_id = await newSession(world);
    const other = await newSession(world);
    const [first, second, elsewhere] = await Promise.all(
      [session_id, session_id, other].map((id) => openSessionSocket(socket, id)),
    );
    if (!first || !second || !elsewhere) throw new Error("three were opened");
    await world.ask("SendMessage", { po_name: "helper", message: "hi", session_id });
    await slow.started;
    const started = await first.until((frame) => frame.type === "tool_call_started");
    const call = started.type === "tool_call_started" ? started.tool_call : undefined;
    expect([call?.name, call?.args]).toEqual(["look", { at: 1 }]);
    expect(told(first)).not.toContain("tool_call_completed");
    slow.finish("seen");
    const completed = await first.until((frame) => frame.type === "tool_call_completed");
    expect(completed).toEqual({
      type: "tool_call_completed",
      result: { id: call?.id ?? "", name: "look", output: "seen", success: true },
    });
    const isLast = (one: SessionSocket) =>
      one.until(() => told(one).at(-1) === "session_updated" && one.frames.some(isAnswer));
    await Promise.all([isLast(first), isLast(second)]);
    expect(second.frames).toEqual(first.frames);
    expect(told(first)).toEqual([
      "session_updated",
      "message_update user",
      "session_updated",
      "message_update assistant",
      "tool_call_started",
      "tool_call_completed",
      "message_update tool",
      "session_updated",
      "message_update assistant",
      "session_updated",
    ]);
    expect(first.frames.at(-1)).toEqual({
      type: "session_updated",
      session_id,
      state: { active_tools: ["look"], context: {}, iteration_count: 2 },
    });
    const { session } = await world.ask("GetSession", { session_id });
    expect(first.frames.at(-1)).toMatchObject({ state: session.session_state });
    for (const frame of first.frames) expect(webSocketEvent.parse(frame)).toEqual(frame);
    expect(elsewhere.frames).toEqual([]);
    for (const one of [first, second, elsewhere]) one.close();
  });

  test("says what a provider did, and stays open", async () => {
    await using scene = await openApi({
      script: (_, index) => (index === 0 ? { fail: "provider_auth" } : "done"),
    });
    const { world, socket } = scene;
    const session_id = await newSession(world);
    const view = await openSessionSocket(socket, session_id);
    await world.ask("SendMessage", { po_name: "helper", message: "hi", session_id });
    expect(await view.until((frame) => frame.type === "error")).toEqual({
      type: "error",
      message: "test: provider_auth",
    });
    await world.happened("TurnFailed");
    await world.ask("SendMessage", { po_name: "helper", message: "again", session_id });
    await view.until(isAnswer);
    view.close();
  });

  test("takes nothing and says so", async () => {
    await using scene = await openApi();
    const session_id = await newSession(scene.world);
    const view = await openSessionSocket(scene.socket, session_id);
    view.send('{"type":"SendMessage"}');
    const { type, message } = (await view.until((frame) => frame.type === "error")) as {
      type: string;
      message: string;
    };
    expect([type, message]).toEqual([
      "error",
      "This socket only shows a session: use POST /sessions/:id/messages, or /ws.",
    ]);
    view.close();
  });

  test("of a session that there is not is refused before it is one", async () => {
    await using scene = await openApi();
    const refused = await openSessionSocket(scene.socket, "none").catch((thrown: Error) => thrown);
    expect(refused).toBeInstanceOf(Error);
    const plain = await scene.call("GET", `/sessions/${await newSession(scene.world)}/ws`);
    expect(plain.status).toBe(400);
    const none = await scene.call("GET", "/sessions/none/ws");
    expect(none.status).toBe(404);
    expect(scene.world.rows({ types: ["ConnectorAttached"] })).toEqual([]);
    expect(scene.faults).toEqual([]);
  });

  test("ends when its session is deleted, and leaves no follower behind", async () => {
    await using scene = await openApi();
    const { world, socket } = scene;
    const session_id = await newSession(world);
    const view = await openSessionSocket(socket, session_id);
    await rename(world, session_id, "later");
    await world.ask("DeleteSession", { session_id });
    expect(await view.closed).toEqual({ code: 1000, reason: "the session was deleted" });
    expect(view.frames).toEqual([
      { type: "error", message: `The session ${session_id} was deleted.` },
    ]);
    await world.happened("ConnectorDetached");
    expect(world.runtime().connections.list()).toEqual([]);
  });

  test("counts on from where the session is for one that joins in the middle of a turn", async () => {
    await using scene = await openApi();
    const { world, socket } = scene;
    const session_id = await newSession(world);
    await world.ask("SendMessage", { po_name: "helper", message: "hi", session_id });
    const asked = await world.model.next();
    const view = await openSessionSocket(socket, session_id);
    await world.happened("ConnectorAttached");
    asked.answer("done");
    await view.until(isAnswer);
    const last = await view.until((frame) => frame.type === "session_updated");
    expect(last).toMatchObject({ state: { iteration_count: 1 } });
    view.close();
  });

  test("over TCP is for who may read, and ends when its key is revoked", async () => {
    await using listening = await openListening();
    const { world, url } = listening;
    const session_id = await newSession(world);
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
    for (const headers of [{}, bearer("wrong")]) {
      const refused = await openSessionSocket(url, session_id, headers).catch((one: Error) => one);
      expect(refused).toBeInstanceOf(Error);
    }
    const read = await listening.makeKey(["read"]);
    const view = await openSessionSocket(url, session_id, bearer(read.text));
    await world.ask("SendMessage", { po_name: "helper", message: "hi", session_id });
    await view.until((frame) => frame.type === "message_update");
    await world.ask("RevokeKey", { key_id: read.key_id });
    expect((await view.closed).code).toBe(1008);
  });

  test("is not there where the listener has no WebSocket", async () => {
    await using scene = await openApi({ hasWebSocket: false });
    const session_id = await newSession(scene.world);
    for (const target of ["/ws", `/sessions/${session_id}/ws`]) {
      expect(codeOf(await scene.call("GET", target))).toEqual([404, "not_found"]);
    }
    expect(scene.faults).toEqual([]);
  });
});
