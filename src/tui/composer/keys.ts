// The keys of the composer: the table of keys takes them over as they stand here.

export const composerKeys = {
  newline: { keys: ["ctrl+j", "shift+enter"], help: "a new line; so does \\ before Enter" },
  left: { keys: ["left", "ctrl+b"], help: "a letter back" },
  right: { keys: ["right"], help: "a letter on" },
  word_left: { keys: ["ctrl+left", "alt+left", "alt+b"], help: "a word back" },
  word_right: { keys: ["ctrl+right", "alt+right", "alt+f"], help: "a word on" },
  up: { keys: ["up"], help: "a row up; on the first row: what was sent before" },
  down: { keys: ["down"], help: "a row down; on the last row: what was sent later" },
  home: { keys: ["home", "ctrl+a"], help: "to the beginning of the line" },
  end: { keys: ["end", "ctrl+e"], help: "to the end of the line" },
  text_start: { keys: ["alt+<", "ctrl+home"], help: "to the beginning of the text" },
  text_end: { keys: ["alt+>"], help: "to the end of the text" },
  erase: { keys: ["backspace", "ctrl+h", "shift+backspace"], help: "erase the letter before" },
  erase_on: { keys: ["delete", "ctrl+d"], help: "erase the letter under the cursor" },
  cut_word: { keys: ["ctrl+w"], help: "cut back to the last blank" },
  cut_word_left: { keys: ["alt+backspace", "ctrl+backspace"], help: "cut the word before" },
  cut_word_right: { keys: ["alt+d", "ctrl+delete"], help: "cut the word behind" },
  cut_to_start: { keys: ["ctrl+u"], help: "cut to the beginning of the line" },
  cut_to_end: { keys: ["ctrl+k"], help: "cut to the end of the line" },
  put_back: { keys: ["ctrl+y"], help: "put back what was cut last" },
  put_earlier: { keys: ["alt+y"], help: "then: what was cut before that" },
  undo: { keys: ["ctrl+_", "ctrl+/", "alt+u"], help: "undo" },
  redo: { keys: ["alt+e"], help: "do again what was undone" },
  complete: { keys: ["tab"], help: "take the completion that is marked" },
  dismiss: { keys: ["escape"], help: "close the list of completions" },
  search_sent: { keys: ["ctrl+r"], help: "search in what was sent; again: further back" },
  search_scope: { keys: ["alt+r"], help: "there: what was sent to this object, here, or anywhere" },
  unfold_paste: { keys: ["alt+x"], help: "a folded paste as text, an image as its path" },
} as const;

export type EditingAction = keyof typeof composerKeys;
