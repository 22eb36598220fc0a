// How tools of one's own are written: the manifest, how a program is called, and who allows it.
import type { Section } from "./section.ts";

export const plugins: readonly Section[] = [
  {
    title: "A tool of your own",
    text: [
      "A file tools/NAME.yml in the environment, and a program in any language or an HTTP endpoint. It is found at once, without a restart; an object that names it in its capabilities may call it. Before its first run a human is shown all that would run and approves it; whatever changes, a byte of the manifest or of the program, asks again. 'jamey tools new NAME' begins one in sh, Python or C; 'jamey tools check tools' tries it with its examples. A program runs as you, with your rights, as the shell tool does: there is no sandbox around it.",
    ],
    entries: [
      ["description", "for the model: what it does"],
      ["parameters", "a JSON Schema with type: object; arguments that do not fit never arrive"],
      ["command", "[program, argument, …]; a name in the folder tools/, a path, or one on PATH"],
      ["mode", "once (default): run for each call; process: goes on running; http: an endpoint"],
      ["input", "argument (default): the last argument is the JSON; stdin: it comes there"],
      ["endpoint, headers", "of mode: http; in a header {{NAME}} is a variable of env"],
      ["allow_private", "of an endpoint: true where its name leads into a private network"],
      ["timeout_ms", "milliseconds for one call (default: 60000)"],
      ["max_output_bytes", "what the model gets at most (default: 32768); more goes to a file"],
      ["env", "variables that it gets, beside PATH, HOME, LANG and the like"],
      ["calls", "ask (default): each call needs what a shell command needs; allow: none asks"],
      ["replay", "safe: may run again after a crash; never (default): at most once"],
      ["files", "further files that are code: a change of one asks again"],
      [
        "examples",
        "for the check: args, then output, contains, echoes or outcome; fill, timeout_ms",
      ],
    ],
  },
  {
    title: "mode: once",
    text: [
      "The program runs in the session's folder. Its last argument is one JSON text; where that is longer than 100000 bytes the argument is - and the JSON comes on stdin. What it writes to stdout is the output, byte for byte; what is no UTF-8 is replaced. stderr is shown when it fails. Exit code 0 is success. When the call ends, what the program started is ended too, with one limit: what leaves its process group, clears its environment and closes file descriptor 3 (env -i setsid … 3<&-; Python and node close it by themselves) is not found and runs on. On other systems than Linux leaving the group is enough where the program ends by itself.",
    ],
  },
  {
    title: "mode: process",
    text: [
      'The program is started at the first call and goes on running, in the folder tools/. Each call is a line on stdin: {"id":"1","method":"call","args":{…},"workspace":"/…","session_id":"…","call_id":"…"}. It answers, in any order, with lines on stdout: {"id":"1","output":"…","success":true}; before that it may say {"id":"1","chunk":"…"}. {"id":"1","method":"cancel"} means that nobody waits any more: whoever does not answer that within 2 s is ended. A line that is no answer ends it too. When it ends it is started again at the next call, later each time; after 5 times in a row no more.',
    ],
  },
  {
    title: "mode: http",
    text: [
      "The arguments are POSTed as JSON; the body of the answer is the output, a status of 2xx is success. Redirects are not followed, and a daemon's own ports are never reached. Loopback and private networks are reached where the address says so itself (an IP address, localhost, a name without a dot or below .local, .lan, .internal); a name that looks public and leads there needs allow_private: true in the manifest, where whoever approves it sees it.",
    ],
  },
  {
    title: "MCP servers",
    text: [
      "'jamey mcp add NAME -- PROGRAM …' or '--server-url URL' writes tools/NAME.yml with mode: mcp; manifest.yml may name servers too, under mcp: with command and args, or url, headers, env and allow_private. What an address may be is as of mode: http, for its very origin. A human first lets a server be started or reached, then sees the names, descriptions and schemas of its tools and lets them be used: NAME__tool, or NAME__* for all, in an object's capabilities. A server that says something else later is not used until somebody approved the difference. A form that it sends while a call runs is asked of the human of the turn, field by field; what they answer goes to the server and is kept in the session, so a form that asks for passwords or keys is refused. 'jamey mcp login NAME' signs in by OAuth; the tokens lie in the credentials file.",
    ],
  },
];
