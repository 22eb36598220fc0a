// One field of a form that an MCP server sends: what a human is told of it, and how their words become its value.
import type { Attempt } from "../../core/world.ts";
import { isObject } from "../../protocol/json.ts";
import { MAX_CHOICE_LENGTH, quoted, requireNoSecret, requireShort } from "./form-refusals.ts";

/** Answers to choose from that one field may have. */
const MAX_CHOICES = 100;

type Value = string | number | boolean | string[];

export interface Field {
  name: string;
  /** Its name, what the server says of it, and what fits. */
  about: string;
  isRequired: boolean;
  /** It is not required, or the server has said what it is then. */
  mayBeLeftOut: boolean;
  choices: string[];
  read(said: string): Attempt<Value>;
}

interface Choice {
  value: string;
  label: string;
}

type Schema = Record<string, unknown>;
interface Kind {
  /** What fits, in words. */
  fits: string;
  choices: string[];
  read(said: string): Attempt<Value>;
}

/** Throws where the field has more than can be shown, or wants a secret. */
export function readField(name: string, schema: Schema, isRequired: boolean): Field {
  const { title, description, default: preset } = schema;
  const kind = kindOf(schema);
  const { choices, read } = kind;
  const field = `the field ${quoted(name)}`;
  requireNoSecret(name, schema, { isTyped: choices.length === 0 });
  if (choices.length > MAX_CHOICES) {
    throw new Error(`${field} has ${choices.length} choices; at most ${MAX_CHOICES}`);
  }
  for (const label of choices) requireShort(`a choice of ${field}`, label, MAX_CHOICE_LENGTH);
  const words = typeof description === "string" ? `: ${description}` : "";
  const isPreset = preset !== undefined;
  const given = isPreset ? `; left out it is ${JSON.stringify(preset)}` : "";
  const about = `${typeof title === "string" ? title : name}${words} [${kind.fits}${given}]`;
  requireShort(`what is said of ${field}`, about);
  return { name, about, isRequired, mayBeLeftOut: !isRequired || isPreset, choices, read };
}

function kindOf(schema: Schema): Kind {
  if (schema.type === "array") return severalOf(schema);
  const offered = choicesOf(schema);
  if (offered.length > 0) return oneOf(offered);
  if (schema.type === "boolean") return yesOrNo;
  if (schema.type === "number" || schema.type === "integer") return numberOf(schema);
  return textOf(schema);
}

const ok = (value: Value): Attempt<Value> => ({ ok: true, value });
const no = (problem: string): Attempt<Value> => ({ ok: false, problem });
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

/** `enum`, with or without names, or titled constants. */
function choicesOf(schema: Schema): Choice[] {
  const names = texts(schema.enumNames);
  const plain = texts(schema.enum).map((value, index) => ({ value, label: names[index] ?? value }));
  const titled = [schema.oneOf, schema.anyOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const constants = titled.flatMap((one) =>
    isObject(one) && typeof one.const === "string"
      ? [{ value: one.const, label: typeof one.title === "string" ? one.title : one.const }]
      : [],
  );
  return [...plain, ...constants];
}

/** By what is shown, or by the value itself; blanks around it count only where they tell choices apart. */
const chosen = (offered: Choice[], said: string): string | undefined => {
  const text = said.trim();
  return (
    offered.find(({ label }) => label === said) ??
    offered.find(({ label }) => label.trim() === text) ??
    offered.find(({ value }) => value === said) ??
    offered.find(({ value }) => value.trim() === text)
  )?.value;
};

function oneOf(offered: Choice[]): Kind {
  return {
    fits: "one of the choices",
    choices: offered.map(({ label }) => label),
    read(said) {
      const value = chosen(offered, said);
      return value === undefined ? no("it is none of the choices") : ok(value);
    },
  };
}

function severalOf(schema: Schema): Kind {
  const offered = isObject(schema.items) ? choicesOf(schema.items) : [];
  const { minItems, maxItems } = schema;
  const least = typeof minItems === "number" ? minItems : 0;
  const most = typeof maxItems === "number" ? maxItems : offered.length;
  return {
    fits: `${least} to ${most} of the choices, with commas between them`,
    choices: offered.map(({ label }) => label),
    read(said) {
      // A choice may have a comma in its own name.
      const whole = chosen(offered, said);
      const parts = said.split(",").map((part) => part.trim());
      const found = whole === undefined ? parts.map((part) => chosen(offered, part)) : [whole];
      const values = [...new Set(found.filter((one) => one !== undefined))];
      if (found.includes(undefined)) return no("not all of it are choices");
      return values.length < least || values.length > most
        ? no(`these are ${values.length}; it takes ${least} to ${most}`)
        : ok(values);
    },
  };
}

const yesOrNo: Kind = {
  fits: "yes or no",
  choices: ["yes", "no"],
  read(said) {
    const text = said.trim().toLowerCase();
    if (["yes", "y", "true"].includes(text)) return ok(true);
    return ["no", "n", "false"].includes(text) ? ok(false) : no("it is neither yes nor no");
  },
};

function numberOf({ type, minimum, maximum }: Schema): Kind {
  const low = typeof minimum === "number" ? minimum : undefined;
  const high = typeof maximum === "number" ? maximum : undefined;
  const bounds = [
    ...(low === undefined ? [] : [`at least ${low}`]),
    ...(high === undefined ? [] : [`at most ${high}`]),
  ];
  const fits = [type === "integer" ? "a whole number" : "a number", ...bounds].join(", ");
  return {
    fits,
    choices: [],
    read(said) {
      const value = said.trim() === "" ? Number.NaN : Number(said);
      const isFitting =
        Number.isFinite(value) &&
        (type !== "integer" || Number.isSafeInteger(value)) &&
        value >= (low ?? value) &&
        value <= (high ?? value);
      return isFitting ? ok(value) : no(`it has to be ${fits}`);
    },
  };
}

/** What a text must look like to be of a format; of others the server is the judge. */
const fitsFormat = (format: string, text: string): boolean => {
  const isTime = !Number.isNaN(Date.parse(text));
  if (format === "email") return /^[^\s@]+@[^\s@]+$/.test(text);
  if (format === "uri") return URL.canParse(text);
  if (format === "date") return isTime && /^\d{4}-\d\d-\d\d$/.test(text);
  return format !== "date-time" || (isTime && /^\d{4}-\d\d-\d\dT/.test(text));
};

function textOf({ minLength, maxLength, format }: Schema): Kind {
  const least = typeof minLength === "number" ? minLength : 0;
  const most = typeof maxLength === "number" ? maxLength : Number.POSITIVE_INFINITY;
  const kind = typeof format === "string" ? format : undefined;
  const fits = [
    kind ?? "text",
    ...(least > 0 ? [`at least ${least} characters`] : []),
    ...(most < Number.POSITIVE_INFINITY ? [`at most ${most} characters`] : []),
  ].join(", ");
  return {
    fits,
    choices: [],
    read(said) {
      const { length } = [...said];
      const isOfFormat = kind === undefined || fitsFormat(kind, said.trim());
      const isFitting = length >= least && length <= most && isOfFormat;
      return isFitting ? ok(kind === undefined ? said : said.trim()) : no(`it has to be ${fits}`);
    },
  };
}
