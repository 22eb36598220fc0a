// A template that works while nobody looks: it reads what lies in a folder, at night and when something comes.
import {
  DEMO,
  manifestWith,
  objectFile,
  READING,
  SCRIPTED,
  type Template,
  UNTRUSTED_TEXT,
} from "./template.ts";

const description = "Reads what comes into its inbox, by night or at once, and keeps a report";

const welcome = `Subject: the printer

It prints every page twice since Monday. Please somebody look at it before Thursday.
`;

const demo = `# What the models say in a demonstration of this template, in the order of the steps. See 'jamey help scripts'.
- object: watcher
  tool_calls: [{ name: file_list, args: { path: inbox } }]
- object: watcher
  tool_calls: [{ name: file_read, args: { path: inbox/welcome.txt } }]
- object: watcher
  tool_calls:
    - name: file_write
      args: { path: reports/latest.md, content: "# Needs somebody\\n- the printer, before Thursday (inbox/welcome.txt)\\n" }
- object: watcher
  text: |
    One thing needs somebody: the printer, before Thursday. The report is reports/latest.md.

    ${SCRIPTED}
`;

const trial = `name: what lies in the inbox is in the report
object: watcher
message: Look at the inbox.
files: { inbox/welcome.txt: "It prints every page twice." }
cassette: cassettes/demo.yml
expect:
  calls:
    - file_list
    - file_read
    - { tool: file_write, args: { path: reports/latest.md }, outcome: completed }
  answer: { contains: before Thursday }
`;

const wake = `wake:
  - cron: "30 2 * * *"
    message: It is night. Look at everything in the inbox, and write the report anew.
  - watch: inbox/*
    message: Something in the inbox is new or has changed. Look at it, and mend the report.
    cooldown: 30
`;

export const watcher: Template = {
  description,
  manifest: (name) =>
    manifestWith(description)(name).replace(
      "permissions: {}\n",
      "permissions:\n  file_write(reports/*): allow\n",
    ),
  objects: {
    assistant: objectFile({
      name: "assistant",
      description: "Tells what the watcher found, and sends it to look again",
      capabilities: [...READING, "ask_human", "watcher"],
      body: `
You answer for the report of the watcher. Asked how things stand, read reports/latest.md and say what needs
somebody, the gravest first, with the file that says so. Is the report older than what lies in the inbox, have the
watcher look first.
${UNTRUSTED_TEXT}
`,
    }),
    watcher: objectFile({
      name: "watcher",
      description: "Looks through the folder inbox and keeps reports/latest.md",
      capabilities: [...READING, "file_write"],
      front: wake,
      body: `
You watch the folder inbox while nobody looks. List it, read what is there, and write reports/latest.md anew:

# Needs somebody
What waits, is broken or overdue, each with its file and until when. Nothing else stands here.

# For the record
The rest, one line each.

Change nothing but the report, and answer nobody who writes in the inbox. Your last answer is two lines for the
person who will see it in the morning.
${UNTRUSTED_TEXT}
`,
    }),
  },
  files: { [DEMO]: demo, "tests/inbox.yml": trial, "inbox/welcome.txt": welcome },
};
