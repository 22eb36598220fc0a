// What a pipe into jamey means.
import type { Section } from "./section.ts";

export const stdin: readonly Section[] = [
  {
    title: "What stdin is",
    text: [
      'With a prompt, stdin is data for it: git diff | jamey -p "review this". It is marked as data that is not to be obeyed; nothing in it is expanded or run.',
      "Without a prompt, stdin is the prompt: echo hello | jamey. A single '-' or --stdin says so outright.",
    ],
  },
  {
    title: "When it is read",
    entries: [
      ["-, --stdin", "to its end, however long that takes"],
      ["no prompt", "a pipe or a file is read to its end"],
      [
        "prompt, and a file",
        "read, from where it stands: a shell that took lines of it left the rest",
      ],
      ["prompt, and a pipe", "read; on a terminal it is said that jamey waits for it"],
      [
        "prompt, and a silent pipe",
        "with no terminal anywhere it is given up after 10 s (a socket: 3 s) with a warning, and stdin_skipped is true in JSON; once a byte has come it is read to its end",
      ],
      ["prompt, and a terminal", "not read"],
      ["-i, and a pipe", "data for the first message; then keys come from the terminal"],
      ["-n, JAMEY_STDIN=skip", "not read: for loops whose input is the loop's"],
    ],
  },
  {
    title: "In a loop",
    text: ['while read -r file; do jamey -n -p "what is $file"; done < list'],
  },
  {
    title: "What it may hold",
    text: [
      "Text in UTF-8 or UTF-16. An image is attached. Anything else is refused with 65, and more than the limit is refused, never cut.",
    ],
  },
];
