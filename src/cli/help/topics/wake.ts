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
      ["webhook: NAME", "POST /api/hooks/NAME with a key, or POST /hooks/NAME signed (below)"],
      ["message: TEXT", "what it is told; why it was woken stands below it"],
      ["cooldown: SECONDS", "none within so long after a wake (watch 5, webhook 1, cron 0)"],
      [
        "max_per_hour: 120",
        "more in one hour are skipped; so are those that objects cause themselves, or each other, after a few",
      ],
      ["on_start: TEXT", "beside wake: a message at each start of the daemon"],
      ["capabilities: [spawn_http_server]", "without on_start, it is told of each start anyway"],
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
    title: "Webhooks that are signed",
    text: [
      "A program that has no key signs what it sends to POST /hooks/NAME of the HTTP listener, with the secret that the daemon has in JAMEY_HOOK_SECRET (32 characters or more): as Standard Webhooks do (webhook-id, webhook-timestamp, webhook-signature), or GitHub (x-hub-signature-256). An id of the former has letters, digits and _-:@~+/ only; what begins like one with its time (ID.1700000000.) is never taken as GitHub's. NAME is that of the webhook, else of the object that waits for one. The same call again, also after a restart, wakes nobody twice. One secret signs for all webhooks and no name of one is signed, so what came to one webhook is refused (409) at every other; what woke nobody (429) may be sent again, and wakes once; two programs that must not stand in for each other call with keys of their own instead. A secret that begins with whsec_ is Base64 of 24 bytes or more after it. What comes with it is data to the object, at most 1 MiB.",
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
