// --schema: files, JSON and lines of fields become one JSON Schema, and every error names its place.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSchema } from "../../src/cli/one-shot/schema.ts";
import { JameyError } from "../../src/protocol/errors.ts";

const refusal = async (text: string) => {
  try {
    await readSchema(text);
    return "taken";
  } catch (thrown) {
    return thrown instanceof JameyError ? `${thrown.code}: ${thrown.message}` : String(thrown);
  }
};

function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), "jamey-schema-"));
  return {
    write(name: string, text: string): string {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

describe("a line of fields", () => {
  test("is an object with just these", async () => {
    expect(await readSchema("name, age int, tags[]")).toEqual({
      type: "object",
      properties: {
        name: { type: "string" },
        age: { type: "integer" },
        tags: { type: "array", items: { type: "string" } },
      },
      required: ["name", "age", "tags"],
      additionalProperties: false,
    });
  });

  test("may name types, lists, what is optional, and what is meant", async () => {
    const text = "größe float?: in cm, about\nis_new? bool\n\nrows int[][]: the table";
    expect(await readSchema(text)).toEqual({
      type: "object",
      properties: {
        größe: { type: "number", description: "in cm, about" },
        is_new: { type: "boolean" },
        rows: {
          type: "array",
          items: { type: "array", items: { type: "integer" } },
          description: "the table",
        },
      },
      required: ["rows"],
      additionalProperties: false,
    });
  });

  test("may have dots and slashes in what is meant", async () => {
    expect(await readSchema("speed int: in km/h")).toMatchObject({ required: ["speed"] });
  });

  test("that is wrong is refused with its place", async () => {
    expect(await refusal("name, age number")).toBe(
      "bad_data: --schema: field 2 ('age number'): 'number' is no type. There are: string, int, float, bool.",
    );
    expect(await refusal("name, 1st")).toStartWith(
      "bad_data: --schema: field 2 ('1st') is no field.",
    );
    expect(await refusal("a, b, a")).toBe("bad_data: --schema: the field 'a' is there twice.");
    expect(await refusal(" ")).toStartWith("bad_data: --schema is empty");
  });
});

describe("a schema of JSON", () => {
  test("is taken as it is, from the line or from a file", async () => {
    using folder = openFolder();
    const schema = { type: "array", items: { type: "integer" } };
    const text = JSON.stringify(schema);
    expect(await readSchema(` ${text}`)).toEqual(schema);
    expect(await readSchema(folder.write("my schema.json", `\uFEFF${text}\n`))).toEqual(schema);
  });

  test("that is missing, no JSON, no object or too large is refused", async () => {
    using folder = openFolder();
    expect(await refusal("./nowhere.json")).toStartWith(
      "input_missing: Cannot read ./nowhere.json",
    );
    expect(await refusal("{")).toStartWith("bad_data: --schema is no JSON: ");
    const list = folder.write("list.json", "[]");
    expect(await refusal(list)).toBe(
      `bad_data: ${list} is no JSON Schema: it must be a JSON object.`,
    );
    const large = folder.write("large.json", " ".repeat(70_000));
    expect(await refusal(large)).toBe(`too_large: ${large}: more than 64 KiB.`);
  });
});
