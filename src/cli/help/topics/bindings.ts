// How the keys of the full-screen interface are bound otherwise.
import type { Section } from "./section.ts";

export const bindings: readonly Section[] = [
  {
    title: "The file bindings.yml",
    text: [
      "It lies beside the settings: jamey config path says where. It is read when the interface opens. A place, and below it lines of a key and what that key does there; F1 in the interface shows every place and action by the name that the file knows it by.",
    ],
    entries: [
      ["composer:", "where you write"],
      ["  ctrl+t: newline", "this key does that"],
      ["  ctrl+k: null", "this key means nothing any more"],
      ["sessions:", "each pane has keys of its own"],
      ["  x: delete", ""],
    ],
  },
  {
    title: "Keys",
    text: [
      "A letter or sign as it is typed, f1 to f12, or enter, escape, tab, space, backspace, delete, insert, up, down, left, right, home, end, pageup, pagedown; before it ctrl+, alt+ and shift+, in this order. Ctrl+C and Escape stay as they are: they always stop, close and leave.",
    ],
  },
  {
    title: "Mistakes",
    text: [
      "A line that cannot be read is left out and the others count. The first is said when the interface opens; all of them stand at the top of F1, each with its line.",
    ],
  },
];
