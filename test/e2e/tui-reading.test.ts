// Reading what an agent did, in the compiled interface: an edit that asks, its words that change, what the whole
// conversation changed, a long result by itself and in the human's own editor.
import { describe, expect, test } from "bun:test";
import { openHome } from "../support/home.ts";
import { keys, openInterface, READY } from "../support/interface-run.ts";

const size = { columns: 100, rows: 30 };
const text = 'const region = "eu";\nconst retries = 2;\n';

describe("reading what an agent did", () => {
  test("an edit is approved as it was shown, and stands with all others behind /diff", async () => {
    await using home = await openHome();
    await Bun.write(`${home.workspace}/region.ts`, text);
    await using run = openInterface(home, { size });
    await run.shows(READY);
    const args = { path: "region.ts", old_text: '"eu"', new_text: '"us"' };
    // Two slashes: said as it stands, whether or not the interface knows the tools already.
    run.type(`//file_edit ${JSON.stringify(args)}\r`);
    await run.shows("answers what waits for you");
    run.type(keys.inbox);
    await run.shows('+ "us"');
    // Keys count once the question was seen for a moment.
    await run.shows("do it");
    run.type("y");
    await run.until("the edit", ({ lines }) =>
      lines().some((line) => /file_edit region\.ts +\+1 −1/.test(line)),
    );
    expect(await Bun.file(`${home.workspace}/region.ts`).text()).toBe(text.replace("eu", "us"));
    run.type("/diff\r");
    await run.shows("1 file  +1 −1");
    run.type("n");
    await run.shows("change 1 of 1");
    // Inverse, not only green.
    await run.until("the word", () => /\[[\d;]*7[\d;]*mus/.test(run.written()));
    run.type(keys.escape);
    await run.shows(READY);
    run.type("/context\r");
    await run.shows("WHAT IT IS MADE OF");
    await run.shows("the prompt of assistant");
    run.type(keys.escape);
    await run.shows(READY);
    run.type("/quit\r");
    await run.shows("ended with 0");
  });

  test("a long result is read to its end, and handed to the editor whole", async () => {
    await using home = await openHome();
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index + 1} of it`);
    await Bun.write(`${home.workspace}/long.txt`, `${lines.join("\n")}\n`);
    const variables = { EDITOR: `echo the editor was here; cp "$1" "$HOME/edited"; true` };
    await using run = openInterface(home, { size, variables });
    await run.shows(READY);
    run.type('//file_read {"path": "long.txt"}\r');
    // The model that plays it by hand repeats the beginning of what a call said.
    await run.shows("more characters)");
    run.type("/result\r");
    await run.shows("What a call said");
    await run.shows("line 10 of it");
    run.type("G");
    await run.shows("line 300 of it");
    run.type("v");
    await run.until("the editor", () => run.written().includes("the editor was here"));
    await run.shows("line 300 of it");
    const edited = Bun.file(`${home.folder}/user/edited`);
    run.type(keys.escape);
    await run.shows(READY);
    for (const line of lines) expect(await edited.text()).toContain(line);
    run.type("/quit\r");
    await run.shows("ended with 0");
  });
});
