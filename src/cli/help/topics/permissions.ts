// What agents may do, and how a human or a script says so.
import type { Section } from "./section.ts";

export const permissions: readonly Section[] = [
  {
    title: "Without any rule",
    text: [
      "Reading inside the folder that jamey was started in is allowed; file tools do not reach beyond it. Everything else is asked: on a terminal at once, elsewhere it is denied and the exit code is 3.",
    ],
  },
  {
    title: "Rules",
    text: [
      "A rule is a tool, or a tool and a pattern over what the call names: a path, a command line, an address. A rule that denies always wins.",
    ],
    entries: [
      ["--allow shell", "any command"],
      ["--allow 'shell(git diff *)'", "only these"],
      ["--deny 'file_read(secret/*)'", "never these, nor by searching; file_list still names them"],
      ["--permission-mode read-only", "only look; edit writes files too; auto allows all"],
      ["--tools file_read,file_search", "nothing else is offered, nor to agents that are asked"],
      ["permissions:", "in manifest.yml, for all objects; in an object's front matter, narrower"],
    ],
  },
  {
    title: "When nobody is there",
    entries: [
      ["--on-ask deny", "refuse the call; the agent is told (what a script gets by itself)"],
      ["--on-ask fail", "end the turn"],
      ["--on-ask queue:10m", "wait for a human: jamey requests list, approve, deny"],
      ["--denials ok", "denied calls alone do not make exit code 3"],
    ],
  },
  {
    title: "A yes",
    text: [
      "A yes holds for exactly the call that was shown, with all its arguments and in its folder: once, for the session, or as a rule for good. Only a pattern that you type allows more than you saw. A rule belongs to its object: it ends with it, and follows it to another name. jamey rules list shows which is which.",
      "A no counts once, or with --session for exactly that call until the session ends. Who is called by another object is asked for one call: there a decision holds once, and a yes also as a rule. What may change what runs or what is allowed is no rule's to allow.",
      "A command in a folder below is 'cd FOLDER && COMMAND' to rules; no pattern allows it. A request that sends something ends in 'with a body'. Rules that deny or ask see both without that.",
      "File tools do not write what an environment is made of: its objects, settings, workflows, tools, tests, .git and .gitignore. An allowed shell command runs with your own rights: there is no sandbox around it.",
    ],
  },
];
