// Templates, the system prompt, and what a model is asked with them.
import { describe, expect, test } from "bun:test";
import { createSystemPrompt, renderTemplate } from "../../src/core/index.ts";
import { askedModel, effortOf } from "../../src/core/session/request.ts";
import { createScene } from "./support/scene.ts";

describe("a template", () => {
  test("has its placeholders replaced, each as often as it stands there", () => {
    const template = { text: "{{ name }} and {{name}}: {{a.b-c}}{{empty}}" };
    const values = { name: "Ada {{x}} $&", "a.b-c": "3", empty: "" };
    expect(renderTemplate(template, values)).toEqual({
      ok: true,
      value: "Ada {{x}} $& and Ada {{x}} $&: 3",
    });
  });

  test("keeps braces that are escaped or stand for nothing", () => {
    const template = { text: "\\{{name}} { {name} } {{}} {{1}} }}" };
    expect(renderTemplate(template, {})).toEqual({
      ok: true,
      value: "{{name}} { {name} } {{}} {{1}} }}",
    });
  });

  test("that needs a value it does not get is an error that names it once", () => {
    expect(renderTemplate({ text: "{{a}} {{b}} {{a}} {{toString}}" }, { b: "1" })).toEqual({
      ok: false,
      error: {
        code: "bad_data",
        message: "The template needs a value for a, toString.",
        details: { missing: ["a", "toString"] },
      },
    });
  });
});

describe("the system prompt", () => {
  test("is the object's body, its place, and the session's context", () => {
    const context = { project: "jamey" };
    expect(createSystemPrompt({ body: " You help.\n", workspace: "/here", context })).toEqual({
      role: "system",
      content: "You help.\n\nYour tools work in the folder /here.\n\nContext:\n- project: jamey",
    });
    expect(createSystemPrompt({ body: "You help.", workspace: "", context: {} }).content).toBe(
      "You help.",
    );
  });

  test("is what the model is asked with, and no message of the conversation", () => {
    const scene = createScene({ workspace: "", context: { project: "jamey" } });
    scene.begin();
    const [effect] = scene.owed("call_model");
    const asked = effect && askedModel(scene.state(), effect);
    expect(asked?.system).toBe("You help.\n\nContext:\n- project: jamey");
    expect(asked?.messages.map((message) => message.role)).toEqual(["user"]);
    expect(asked?.tools.map((tool) => tool.name)).toEqual(["look", "put", "shell", "ask_human"]);
  });

  test("is written down when it changes and not again in every turn", () => {
    const scene = createScene();
    const prompts = ["p1", "p1", "p2"].map((prompt_hash) => {
      const system_prompt = `Prompt ${prompt_hash}.`;
      const [, started] = scene.begin({ prompt_hash, system_prompt });
      const [effect] = scene.owed("call_model");
      const used = effect && askedModel(scene.state(), effect)?.system.split("\n")[0];
      scene.answer({ text: "Done." });
      const kept = started?.type === "TurnStarted" ? started.payload.agent.system_prompt : "";
      return { kept, used };
    });
    expect(prompts).toEqual([
      { kept: "Prompt p1.", used: "Prompt p1." },
      { kept: null, used: "Prompt p1." },
      { kept: "Prompt p2.", used: "Prompt p2." },
    ]);
  });
});

test("reasoning depth asks for no, little, the model's own, much or all effort", () => {
  expect([0, 1, 2, 3, 4, 5, 255].map(effortOf)).toEqual([
    "none",
    "low",
    undefined,
    "high",
    "high",
    "max",
    "max",
  ]);
  const scene = createScene();
  scene.begin({ config: { reasoning_depth: 5 } });
  const [effect] = scene.owed("call_model");
  expect(effect && askedModel(scene.state(), effect)?.effort).toBe("max");
});
