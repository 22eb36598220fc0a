// Who answered what, with the compiled binary: at the command line and over HTTP, also after a restart.
import { expect, setDefaultTimeout, test } from "bun:test";
import { type Home, openHome } from "../support/home.ts";

setDefaultTimeout(60_000);

/** The object asks; resolves to the request that waits. */
async function asked(home: Home, message: string) {
  const wire = await home.connect();
  const events = await wire.follow({ event_types: ["HumanRequestQueued"] });
  const settings = { model: "offline/guide" };
  const sent = await wire.ask("SendMessage", { po_name: "assistant", message, settings });
  const { payload = {} } = await events.until(
    "the question",
    ({ payload }) => payload?.turn_id === sent.turn_id,
  );
  wire.close();
  return { session_id: String(payload.session_id), request_id: String(payload.request_id) };
}

test("every answer is listed with who gave it and what it was about, the newest last", async () => {
  await using home = await openHome();
  await home.run(["daemon", "start", "--http", "0"]);
  expect((await home.run(["requests", "answered"])).stderr).toContain("Nobody has answered");
  const key = (await home.run(["keys", "create", "phone", "--scope", "chat"])).stdout.trim();
  const [{ key_id }] = JSON.parse((await home.run(["keys", "list", "--json"])).stdout).keys;
  const { url } = JSON.parse((await home.run(["daemon", "status", "--json"])).stdout);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };

  const approval = await asked(home, "/shell touch approved");
  await home.run(["requests", "approve", approval.request_id, "--session"]);
  const question = await asked(home, "/ask Which colour?");
  const body = JSON.stringify({ response: { type: "answer", text: "blue" } });
  const answer = { method: "POST", headers, body };
  const answered = await fetch(`${url}/api/requests/${question.request_id}/respond`, answer);
  expect(answered.status).toBe(200);
  // One that nobody has answered is not in the list.
  await asked(home, "/ask Which number?");
  await home.run(["daemon", "restart"]);

  const { stdout } = await home.run(["requests", "answered"]);
  const time = "\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}Z";
  expect(stdout.trim().split("\n")).toEqual([
    expect.stringMatching(
      new RegExp(`^${time} +cli:\\S+ +approve \\(session\\) +assistant +shell .*touch approved`),
    ),
    expect.stringMatching(
      new RegExp(`^${time} +api:http:${key_id} +answer +assistant +Which colour\\?$`),
    ),
  ]);
  const last = JSON.parse((await home.run(["requests", "answered", "-n", "1", "--json"])).stdout);
  expect(last).toMatchObject({
    answers: [
      {
        ...question,
        answered_by: `api:http:${key_id}`,
        response: { type: "answer", text: "blue" },
        request: { question: "Which colour?", from_po: "assistant" },
      },
    ],
  });
  const only = ["requests", "answered", "--session", approval.session_id, "--json"];
  expect(JSON.parse((await home.run(only)).stdout).answers).toMatchObject([approval]);
});

test("over HTTP each answer names who gave it", async () => {
  await using home = await openHome();
  await home.run(["daemon", "start", "--http", "0"]);
  const key = (await home.run(["keys", "create", "watch", "--scope", "read"])).stdout.trim();
  const { url } = JSON.parse((await home.run(["daemon", "status", "--json"])).stdout);
  const { request_id } = await asked(home, "/ask Which colour?");
  await home.run(["requests", "answer", request_id, "red"]);
  const path = `${url}/api/events?types=HumanRequestResponded&after=0`;
  const response = await fetch(path, { headers: { authorization: `Bearer ${key}` } });
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    if (text.includes('"caught_up"')) break;
  }
  const frames = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data));
  expect(frames.filter(({ type }) => type === "event")).toMatchObject([
    {
      event_type: "HumanRequestResponded",
      caller: expect.stringMatching(/^cli:/),
      payload: { request_id },
    },
  ]);
});
