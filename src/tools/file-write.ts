// The tool that writes a whole file, atomically; missing folders are made.
import { z } from "zod";
import type { Tool } from "../core/tool.ts";
import { defineTool } from "./define.ts";
import { grouped, type OutputLimits } from "./output.ts";
import { subjectOf, writablePlace } from "./place.ts";

const input = z.strictObject({
  path: z.string().min(1).describe("Relative to the workspace, or absolute inside it."),
  content: z.string().describe("The whole content of the file."),
});

export function fileWriteTool(limits?: OutputLimits): Tool {
  return defineTool(
    {
      name: "file_write",
      description:
        "Writes a file of the workspace, replacing what was there. Folders on the way are made. " +
        "To change a part of a file, use file_edit.",
      input,
      risk: "write",
      replay: "never",
      subject: async (args, context) =>
        await subjectOf(context, writablePlace(context, args.path), "write"),
      run: async (args, context) => {
        const bytes = new TextEncoder().encode(args.content);
        const place = writablePlace(context, args.path);
        const written = await context.world.files.write(place, bytes);
        if (!written.ok) return { success: false, output: written.problem };
        const { path, is_new } = written.value;
        const output = `${is_new ? "Created" : "Replaced"} ${path}: ${grouped(bytes.length)} bytes written.`;
        return { success: true, output };
      },
    },
    limits,
  );
}
