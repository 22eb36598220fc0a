// The OpenAPI document: a linter that is not ours finds nothing wrong with it, and it says the truth.
import { expect, test } from "bun:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { commands } from "../../../src/protocol/commands/index.ts";
import { describeApi } from "../../../src/runtime/connectors/http/openapi/index.ts";
import {
  methodsOf,
  otherPaths,
  routes,
  signedPaths,
} from "../../../src/runtime/connectors/http/routes.ts";
import { createApiChecker } from "../../support/api-checker.ts";

const document = describeApi({ hasWebSocket: true });

test("the document passes the linter", async () => {
  const config = await createConfig({
    extends: ["recommended"],
    // A WebSocket answers 101; that is no fault.
    rules: { "operation-2xx-response": "off" },
  });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
});

test("the linter would see an operation that is there twice", async () => {
  const source = JSON.stringify(document).replace('"listTools"', '"listModels"');
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source, config });
  expect(problems.map(({ ruleId }) => ruleId)).toContain("operation-operationId-unique");
});

test("the document's examples are what its schemas say", () => {
  expect(createApiChecker(document).badExamples()).toEqual([]);
});

test("every route and every command is in the document", () => {
  const operations = createApiChecker(document).operations();
  const wanted = [...routes.map((route) => route.id), ...Object.keys(commands)];
  // These two are spoken over the WebSocket, where their parameters are described.
  expect(wanted.filter((id) => !operations.includes(id))).toEqual(["Subscribe", "Unsubscribe"]);
  expect(document).toMatchObject({
    components: {
      schemas: {
        SubscribeParams: { type: "object", properties: { after: {} } },
        UnsubscribeParams: { type: "object", properties: { subscription_id: {} } },
      },
    },
  });
});

test("every place that is no command is in the document, with each of its methods", () => {
  const { paths } = document as { paths: Record<string, object> };
  const places = Object.entries(otherPaths).map(([path, kind]) => [path, methodsOf(kind)] as const);
  const signed = Object.entries(signedPaths).map(([path, method]) => [path, [method]] as const);
  const wanted = [...places, ...signed].map(([path, methods]) => ({
    path,
    methods: methods.map((method) => method.toLowerCase()).toSorted(),
  }));
  const told = wanted.map(({ path }) => ({
    path,
    methods: Object.keys(paths[path] ?? {}).toSorted(),
  }));
  expect(told).toEqual(wanted);
});

test("what streams has the schema of each event's data", () => {
  const schemas = JSON.stringify(document).match(/"contentSchema":\{[^}]+\}/g);
  expect((schemas ?? []).map((one) => one.split("/").at(-1)?.slice(0, -2)).toSorted()).toEqual([
    "ChatStreamed",
    "ResponseStreamed",
    "RpcBody",
    "RpcBody",
    "StreamedEvent",
  ]);
});

test("where there is no WebSocket the document has none", () => {
  const paths = Object.keys((describeApi({ hasWebSocket: false }) as { paths: object }).paths);
  expect(paths.filter((path) => path.endsWith("/ws"))).toEqual([]);
});

test("the checker sees what is not as the document says", () => {
  const { check } = createApiChecker(document);
  const answered = { prompt_objects: [{ name: "a", description: "", state: "idle" }] };
  const seen = {
    method: "GET",
    target: "/api/pos",
    status: 200,
    media_type: "application/json",
    answered: answered as unknown,
  };
  expect(check(seen)).toEqual([]);
  const wrong = [
    { ...seen, answered: { prompt_objects: [{ name: "a" }] } },
    { ...seen, answered: { ...answered, more: 1 } },
    { ...seen, status: 204 },
    { ...seen, status: 418 },
    { ...seen, media_type: "text/plain" },
    { ...seen, target: "/api/pos?limit=1" },
    { ...seen, asked: {} },
    { ...seen, target: "/api/none" },
    { ...seen, status: 404, answered: { error: "no" } },
    { ...seen, method: "POST", target: "/api/pos/a/message", asked: { message: 1 } },
  ];
  expect(wrong.filter((one) => check(one).length === 0)).toEqual([]);
});

test("the routes are the reviewed ones; a change here is one of the API", () => {
  const told = routes
    .filter((route) => route.tag !== "call")
    .map(({ method, path, status, commands: names }) =>
      [method, path, status ?? 200, ...names].join(" "),
    );
  expect(told).toEqual([
    "GET /api/pos 200 ListPOs",
    "POST /api/pos 201 CreatePO",
    "GET /api/pos/{po_name} 200 InspectPO",
    "PUT /api/pos/{po_name} 200 EditPO",
    "DELETE /api/pos/{po_name} 200 DeletePO",
    "POST /api/pos/{po_name}/rename 200 RenamePO",
    "GET /api/pos/{po_name}/versions 200 ListPOHistory",
    "GET /api/pos/{po_name}/versions/{hash} 200 GetPOVersion",
    "POST /api/pos/{po_name}/revert 200 RevertPO",
    "POST /api/pos/{po_name}/message 200 SendMessage WaitForTurn",
    "GET /api/pos/{po_name}/history 200 InspectPO ListSessions GetSession",
    "GET /api/requests 200 ListPendingRequests",
    "POST /api/requests/{request_id}/respond 200 RespondToRequest",
    "GET /api/rules 200 ListRules",
    "DELETE /api/rules/{rule_id} 200 RemoveRule",
    "GET /api/schedules 200 ListSchedules",
    "POST /api/schedules/{schedule_id}/pause 200 PauseSchedule",
    "POST /api/schedules/{schedule_id}/resume 200 ResumeSchedule",
    "POST /api/schedules/{schedule_id}/run 200 RunSchedule",
    "POST /api/hooks/{hook_name} 200 CallHook",
    "GET /api/tools 200 ListTools",
    "POST /api/tools/{name}/run 200 RunTool",
    "GET /api/workflows 200 ListWorkflows",
    "POST /api/workflows/validate 200 ValidateWorkflow",
    "GET /api/workflows/{workflow} 200 GetWorkflow",
    "POST /api/workflows/{workflow}/run 200 RunWorkflow",
    "GET /api/models 200 ListModels",
    "GET /api/usage 200 GetUsage",
    "GET /api/status 200 GetStatus",
    "GET /api/connectors 200 ListConnectors",
    "DELETE /api/connectors/{connector_id} 200 StopConnector",
    "GET /api/keys 200 ListKeys",
    "POST /api/keys 201 CreateKey",
    "DELETE /api/keys/{key_id} 200 RevokeKey",
    "GET /api/turns/{turn_id} 200 WaitForTurn",
    "POST /api/turns/{turn_id}/cancel 200 CancelTurn",
    "GET /api/sessions 200 ListSessions",
    "POST /api/sessions 201 CreateSession",
    "GET /api/sessions/search 200 SearchSessions",
    "POST /api/sessions/import 201 ImportSession",
    "GET /api/sessions/{session_id} 200 GetSession",
    "PATCH /api/sessions/{session_id} 200 RenameSession",
    "DELETE /api/sessions/{session_id} 200 DeleteSession",
    "POST /api/sessions/{session_id}/rename 200 RenameSession",
    "POST /api/sessions/{session_id}/fork 201 ForkSession",
    "GET /api/sessions/{session_id}/export 200 ExportSession",
    "GET /api/sessions/{session_id}/data 200 GetSharedData",
    "GET /api/sessions/{session_id}/usage 200 GetUsage",
    "GET /api/sessions/{session_id}/messages 200 GetSession",
    "POST /api/sessions/{session_id}/messages 200 GetSession SendMessage WaitForTurn",
    "POST /api/sessions/{session_id}/queue/resume 200 ResumeQueue",
    "DELETE /api/sessions/{session_id}/queue/{message_id} 200 WithdrawMessage",
    "POST /api/sessions/{session_id}/cancel 200 GetSession CancelTurn",
    "POST /sessions 201 ListPOs CreateSession",
    "GET /sessions/{session_id} 200 GetSession",
    "POST /sessions/{session_id}/messages 200 GetSession SendMessage WaitForTurn",
    "POST /sessions/{session_id}/tools 200 RunTool",
    "GET /tools 200 ListTools",
  ]);
  expect(Object.keys(otherPaths)).toEqual([
    "/health",
    "/openapi.json",
    "/api/events",
    "/ws",
    "/sessions/{session_id}/ws",
    "/metrics",
    "/v1/models",
    "/v1/models/{model}",
    "/v1/chat/completions",
    "/v1/responses",
    "/mcp",
    "/mcp/ws",
  ]);
});
