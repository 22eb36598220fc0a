// A frame as a terminal shows it: through the painter, onto a model of a screen.
import { createPainter } from "../../src/tui/screen/painter.ts";
import type { Frame, Size } from "../../src/tui/shapes.ts";
import { createScreenModel } from "./screen-model.ts";

/** As a terminal of this size shows it. */
export function drawn(frame: Frame, { columns, rows }: Size, hasColour: boolean) {
  const screen = createScreenModel(columns, rows);
  let written = "";
  const stdout = {
    columns,
    rows,
    write(text: string) {
      written += text;
      screen.write(text);
    },
    on: () => undefined,
    removeListener: () => undefined,
  };
  const options = { stdout, variables: {}, theme: "auto", hasColour } as const;
  const painter = createPainter(options, () => ({ columns, rows }));
  painter.reset({ columns, rows });
  painter.draw(frame);
  painter.destroy();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is made of.
  const styles = [...written.matchAll(/\u001b\[([\d;]*)m/g)].flatMap(([, body = ""]) =>
    body.split(";").map(Number),
  );
  return { screen, colours: [...new Set(styles)].filter((style) => style >= 30) };
}
