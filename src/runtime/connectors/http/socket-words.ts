// What the OpenAPI document says of the WebSocket beyond its schemas: in which order frames travel.
import { commands } from "../../../protocol/commands/index.ts";
import { frames } from "../../../protocol/frames.ts";
import { socketExample, socketFrames } from "../../../protocol/socket-example.ts";
import { followingCommands } from "./routes.ts";

const lines = (rows: readonly (readonly [string, string])[], quote: string): string =>
  rows.map(([name, meaning]) => `- ${quote}${name}${quote}: ${meaning}`).join("\n");

const sent = socketExample.map(([frame, meaning]) => [JSON.stringify(frame), meaning] as const);

export const socketDescription = [
  "Takes every command and follows events. A WebSocket message is one frame, or an array of frames, as JSON text.",
  `A client sends, for example:\n${lines(sent, "`")}`,
  `What comes back, by its \`type\`:\n${lines(socketFrames, "`")}`,
  `The commands are those of \`/api/call\`, with the same parameters and replies, and ${followingCommands.map((name) => `\`${name}\` (${name}Params)`).join(" and ")}.`,
].join("\n\n");

/** Each frame under its name among the schemas, and whose it is. */
export const socketSchemas = Object.entries(frames).map(([name, schema]) => ({
  name: `${name
    .split("_")
    .map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`)
    .join("")}Frame`,
  schema,
  io: name === "attach" || name === "request" ? ("input" as const) : ("output" as const),
}));

/** What is asked over a WebSocket only: no route describes it. */
export const socketCommands = followingCommands.map((name) => ({
  name: `${name}Params`,
  schema: commands[name].params,
  io: "input" as const,
}));
