// What wakes an object by itself: how it is written, and what keeps it from happening too often.
import type { Section } from "./section.ts";

export const wake: readonly Section[] = [
  {
    title: "In the front matter of an object",
    text: [
      'wake: is a list; each item says one of cron, watch and webhook, and the message that the object is sent, in a session of its own: - { cron: "30 2 * * *", message: Look at the inbox. }',
    ],
    entries: [
      ["cron: EXPRESSION", "minute hour day month weekday, in the machine's time zone"],
      ["timezone: NAME", "another one, such as Europe/Berlin"],
      [
        "watch: PATTERN",
        "files of the environment's folder that are new, changed or gone: inbox/*",
      ],
      ["webhook: NAME", "POST /api/hooks/NAME; what comes with it is data to the object"],
      ["message: TEXT", "what it is told; why it was woken stands below it"],
      ["cooldown: SECONDS", "none within so long after a wake (watch 5, webhook 1, cron 0)"],
      [
        "max_per_hour: 120",
        "more in one hour are skipped; so are those that it causes itself, after a few",
      ],
      ["on_start: TEXT", "beside wake: a message at each start of the daemon"],
    ],
  },
  {
    title: "What answers then",
    text: [
      "Nobody's shell is there at night: the object's model, else the setting model of the environment, with the daemon's own keys (jamey init keeps them). A call that needs a human waits in jamey inbox, or is denied where requests.when_nobody says so.",
      "A missed time is made up for once when the daemon starts again. In an imported environment nothing wakes anybody before jamey env trust.",
    ],
  },
  {
    title: "Looking after it",
    entries: [
      ["jamey schedules list", "what wakes whom, when next, and what failed"],
      ["jamey schedules run ID --wait", "now, and print the answer"],
      ["jamey schedules pause ID", "and resume"],
    ],
  },
];
