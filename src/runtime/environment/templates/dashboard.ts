// A template that keeps one page on how a folder stands, from what its files and its history say.
import { manifestWith, objectFile, READING, type Template, UNTRUSTED_TEXT } from "./template.ts";

const description = "Keeps one page, dashboard.md, on how the work in your folder stands";

export const dashboard: Template = {
  description,
  manifest: manifestWith(description),
  objects: {
    assistant: objectFile({
      name: "assistant",
      description: "Answers how things stand, and keeps dashboard.md up to date",
      capabilities: [...READING, "file_write", "file_edit", "ask_human", "surveyor"],
      body: `
You keep one page on how the work in this folder stands: dashboard.md.

Asked how things stand, read the page, have the surveyor look at whatever may have changed since the date on it
(several at once where the areas have nothing to do with each other), and write the page anew:

# How things stand
One line: the date, and whether anything needs somebody today.

## Needs somebody
What waits, is broken or overdue, each with where to look. Nothing here is good news: say so.

## Moving
What changed since the last page, by area, one line each.

## Resting
What has not moved for long and should not be forgotten.

Every line rests on a file, a commit or a command that the surveyor named; leave out what rests on nothing.
At most a screenful. Lines under a heading "Notes" are the human's own: keep them as they are.
`,
    }),
    surveyor: objectFile({
      name: "surveyor",
      description:
        "Looks at one area of the folder and reports what changed, waits or is broken; changes nothing",
      capabilities: [...READING, "shell"],
      body: `
You look at one area of a folder and report. You change nothing.

Look at what is there: notes of things left to do, failing or missing tests, files that grew, and through the
shell what the history says (\`git log\`, \`git status\`), if there is one. Run nothing that builds, installs,
sends or writes.

Report facts only, at most ten, the gravest first. Each with its place (\`path:line\`, a commit, a command) and
since when it is so. If nothing is worth a line, answer with exactly that.
${UNTRUSTED_TEXT}
`,
    }),
  },
};
