// Command lines that show what a command is for, by its name; the empty name is jamey itself. They stand
// beside the table, because only help needs them. A test holds the two together.

/** A command line, and what it is for. */
export type Example = readonly [command: string, purpose: string];

export const examples: Readonly<Record<string, readonly Example[]>> = {
  "": [
    ["jamey init", "connect a model, once"],
    ["jamey", "talk to the assistant"],
    ['jamey "what does this folder hold"', "ask once; stdout gets only the answer"],
    ['git diff | jamey -p "review this"', "a pipe is data for the prompt"],
    ['jamey -c "and the tests?"', "go on with the latest session of this folder"],
    ["jamey --allow 'shell(git *)' -o json -p \"fix it\"", "in a script: what it may do, and JSON"],
  ],
  run: [
    ["jamey run how large is this folder", "words need no quotes here"],
    ["git diff | jamey run -p 'review this'", "a pipe is data for the prompt"],
    ["jamey run -o json 'name three colours' | jq -r .text", "for a script"],
  ],
  record: [
    ["jamey record -O tests/cassettes/hi.yml -- say hello", "keep the model's answers"],
    ["jamey --model scripted/tests/cassettes/hi.yml 'say hello'", "play them again, without it"],
  ],
  test: [
    ["jamey test", "every tests/*.yml of the environment; exit code 1 when one fails"],
    [
      "jamey test tests/review.yml --junit report.xml",
      "one of them, with a report for a build server",
    ],
  ],
  replay: [
    ["jamey replay 3f2a", "all that happened, one step per line"],
    ["jamey replay 3f2a --step", "one step at a time, with keys"],
    ["jamey replay 3f2a --at 120", "the conversation as it was after step 120"],
  ],
  tui: [
    ["jamey", "on a terminal: the interface, with a new session"],
    ["jamey tui -c", "go on with the latest session of this folder"],
    ["jamey tui --env work --theme light", "another environment, colours for a light terminal"],
    ["jamey tui --plain", "line by line, for a screen reader"],
  ],
  attach: [
    ["jamey attach", "only if the daemon runs: it is not started"],
    ["jamey attach 3f2a", "open that session"],
  ],
  chat: [
    ["jamey chat", "talk; ::help lists what may be typed, ::quit ends it"],
    ["jamey chat -c", "go on with the latest session of this folder"],
  ],
  serve: [
    ["jamey serve", "until Ctrl-C; its log goes to stderr"],
    ["jamey serve --http", "with HTTP on http://127.0.0.1:8080"],
    ["jamey serve --http 8443 --tls-cert cert.pem --tls-key key.pem", "with HTTPS"],
  ],
  daemon: [
    ["jamey daemon status", "whether it runs, and what it does"],
    ["jamey daemon restart", "read the settings anew"],
  ],
  "daemon start": [
    ["jamey daemon start", "start it and say where it listens"],
    ["jamey daemon start --env prod --http 8080 --mcp", "a server for HTTP and MCP clients"],
  ],
  "daemon stop": [["jamey daemon stop", "nothing acknowledged is lost"]],
  "daemon restart": [["jamey daemon restart", "read the settings anew, or use another version"]],
  "daemon status": [
    ["jamey daemon status", "what it is doing now"],
    ["jamey daemon status --json", "the same for a script"],
  ],
  "daemon logs": [
    ["jamey daemon logs -n 50", "the last lines"],
    ["jamey daemon logs -f", "go on with what is added"],
  ],
  env: [
    ["jamey env create team --template review-team", "a new one"],
    ["jamey --env team 'review the last commit'", "use it"],
    ["jamey env default team", "use it where none is named"],
  ],
  "env list": [
    ["jamey env list", "the one that is used by itself has a star"],
    ["jamey env list --json | jq -r '.environments[].name'", "only the names"],
  ],
  "env info": [["jamey env info team", "folder, objects, sessions, daemon"]],
  "env create": [
    ["jamey env create notes", "with one assistant"],
    ["jamey env create team --template review-team", "with an author, a reviewer and a lead"],
    ["jamey env create --list", "the templates; jamey test --env NAME plays what one brings"],
  ],
  "env default": [
    ["jamey env default", "which one is used by itself"],
    ["jamey env default team", "use this one"],
  ],
  "env clone": [
    ["jamey env clone team trial", "objects and settings, to try something out"],
    ["jamey env clone team backup --with-sessions", "with the conversations"],
  ],
  "env rename": [["jamey env rename team reviewers", "conversations go along"]],
  "env archive": [["jamey env archive team", "everything in one file, and the folder goes"]],
  "env restore": [
    ["jamey env restore team", "the newest archive of it, or what was deleted"],
    ["jamey env restore team --name team-2025", "under another name"],
  ],
  "env delete": [
    ["jamey env delete trial", "asks first; 'jamey env restore trial' brings it back"],
    ["jamey env delete trial --yes --purge", "in a script, and for good"],
  ],
  "env export": [
    ["jamey env export team", "team.tar.gz, to be given to others"],
    ["jamey env export team -O team.tar.gz --with-sessions", "with the conversations"],
  ],
  "env import": [
    ["jamey env import team.tar.gz", "nothing in it starts by itself"],
    ["jamey env import team.tar.gz --name theirs", "under another name"],
  ],
  "env trust": [
    ["jamey env trust theirs", "shows what would become active, and asks"],
    ["jamey env trust theirs --yes", "in a script"],
  ],
  config: [
    ["jamey config show", "every setting and where it comes from"],
    ["jamey config set limits.max_cost_usd 1", "for every environment"],
  ],
  "config show": [["jamey config show", "the value, and where it comes from"]],
  "config explain": [
    ["jamey config explain limits.max_iterations", "what it means, and who says what"],
  ],
  "config set": [
    ["jamey config set model ollama/qwen3", "for every environment"],
    ["jamey config set --manifest connectors.http.enabled true", "for this one"],
    ["jamey config set permissions.'shell(git diff *)' allow", "a rule"],
  ],
  "config unset": [["jamey config unset model", "the next layer or the default counts again"]],
  "config path": [["jamey config path", "files and folders, and which are there"]],
  doctor: [
    ["jamey doctor", "look at everything, change nothing"],
    ["jamey doctor --rebuild", "make lists and searches anew from the journal"],
  ],
  sessions: [
    ["jamey sessions list", "newest first"],
    ["jamey sessions show 0197 --last", "the last answer of one"],
  ],
  "sessions list": [
    ["jamey sessions list --here", "only those of this folder"],
    ["jamey sessions list --json | jq -r '.sessions[].session_id'", "only the ids"],
  ],
  "sessions show": [
    ["jamey sessions show 0197", "the start of an id, or a name"],
    ["jamey sessions show 0197 --last", "only the last answer"],
  ],
  "sessions search": [["jamey sessions search retry after", "messages with both words"]],
  "sessions rename": [["jamey sessions rename 0197 release notes", "the rest is the name"]],
  "sessions resume-queue": [["jamey sessions resume-queue 0197", "as they were queued"]],
  "sessions delete": [
    ["jamey sessions delete 0197", "asks first"],
    ["jamey sessions delete 0197 --yes", "in a script"],
  ],
  requests: [
    ["jamey requests list", "what waits"],
    ["jamey requests approve f3c1", "allow it once"],
  ],
  "requests list": [["jamey requests list", "questions and approvals, with their ids"]],
  "requests show": [["jamey requests show f3c1", "the whole call, by any part of its id"]],
  "requests answered": [
    ["jamey requests answered", "when, by whom, and what it was about"],
    ["jamey requests answered -n 1 --json", "the last one, whole"],
  ],
  "requests answer": [
    ["jamey requests answer f3c1 'the second one'", "in words"],
    ["jamey requests answer f3c1 < answer.txt", "from a file"],
  ],
  "requests approve": [
    ["jamey requests approve f3c1", "this once"],
    ["jamey requests approve f3c1 --session", "and this call again in the session"],
  ],
  "requests deny": [
    ["jamey requests deny f3c1 --reason 'use the test database'", "the agent is told why"],
  ],
  inbox: [
    ["jamey inbox", "answer what waits, one after another"],
    ["jamey inbox --follow", "and what comes, until Ctrl-C"],
    ["jamey inbox --json", "what waits, for a script"],
  ],
  rules: [["jamey rules list", "what was allowed, whom and by whom"]],
  "rules list": [["jamey rules list", "what was allowed, whom and by whom"]],
  "rules remove": [["jamey rules remove f3c1", "it is asked again from the next message on"]],
  schedules: [
    ["jamey schedules list", "what wakes whom, and when next"],
    ["jamey schedules run helper.cron-1a2b3c4d", "wake it now"],
  ],
  "schedules list": [["jamey schedules list", "what wakes whom, and when next"]],
  "schedules pause": [["jamey schedules pause 3c4d", "a part of an id is enough"]],
  "schedules resume": [["jamey schedules resume helper.cron", "what fell into the pause is over"]],
  "schedules run": [
    ["jamey schedules run helper.cron", "now, also while it is paused"],
    ["jamey schedules run helper.cron --wait", "and print what it answers"],
  ],
  connectors: [["jamey connectors list", "who is attached, and which servers objects opened"]],
  "connectors list": [
    ["jamey connectors list", "who is attached, and which servers objects opened"],
    ["jamey connectors list --json", "with routes and counts, for a script"],
  ],
  "connectors stop": [["jamey connectors stop cabc123", "the object's port is free at once"]],
  objects: [
    ["jamey objects list", "who is there"],
    ["jamey objects edit assistant", "change one; it counts from the next message on"],
  ],
  "objects list": [
    ["jamey objects list", "names, states, descriptions"],
    ["jamey objects list --json | jq -r '.prompt_objects[].name'", "only the names"],
  ],
  "objects show": [
    ["jamey objects show assistant", "its prompt and what it can use"],
    ["jamey objects show assistant --at 94f34fbe", "the text of an earlier version"],
  ],
  "objects new": [
    ["jamey objects new critic --template reviewer", "from a template"],
    ["jamey objects new critic --edit", "written in your editor"],
  ],
  "objects edit": [
    ["jamey objects edit critic --reason 'shorter answers'", "in $VISUAL or $EDITOR"],
    ["jamey objects edit critic --file critic.md", "in a script; '-' is stdin"],
  ],
  "objects rename": [["jamey objects rename critic reviewer", "sessions stay with the old name"]],
  "objects delete": [["jamey objects delete critic --yes", "revert brings it back"]],
  "objects history": [
    ["jamey objects history critic", "who changed it, when and why"],
    ["jamey objects history critic --json | jq -r '.versions[].hash'", "only the versions"],
  ],
  "objects diff": [
    ["jamey objects diff critic", "what the last change did"],
    ["jamey objects diff critic 94f34fbe", "since that version"],
  ],
  workflows: [
    ["jamey workflows list", "what can be run"],
    ["jamey workflows run release 'the new parser'", "watch it, node by node"],
  ],
  "workflows list": [["jamey workflows list", "names, nodes, descriptions, and what is broken"]],
  "workflows show": [
    ["jamey workflows show release", "drawn as text"],
    ["jamey workflows show release --mermaid > release.mmd", "for a page"],
  ],
  "workflows validate": [
    ["jamey workflows validate workflows/release.yml", "each problem with its line"],
    ["jamey workflows validate", "all of them, in CI"],
  ],
  "workflows run": [
    ["jamey workflows run release 'the new parser' -P tone=plain", "with a parameter"],
    ["git diff | jamey workflows run review 'Review this'", "about what comes through a pipe"],
  ],
  "objects revert": [["jamey objects revert critic 94f34fbe", "the beginning of it is enough"]],
  tools: [
    ["jamey tools list", "what there is"],
    ["jamey tools run file_list path=.", "use one yourself"],
  ],
  "mcp add": [
    ["jamey mcp add files -- npx -y @modelcontextprotocol/server-filesystem /tmp", "a program"],
    [
      "jamey mcp add wiki --server-url https://wiki.example/mcp --pass-env WIKI_KEY --header 'Authorization: Bearer {{WIKI_KEY}}'",
      "an address, with a key that stays in the daemon's environment",
    ],
  ],
  "mcp list": [["jamey mcp list", "servers, their state, how many tools"]],
  "mcp approve": [["jamey mcp approve files", "after it changed: the difference is shown"]],
  "mcp login": [["jamey mcp login wiki", "then: jamey mcp approve wiki"]],
  "mcp remove": [["jamey mcp remove files", "its tools are gone at once"]],
  "tools show": [["jamey tools show weather", "its manifest, and the hash of each program"]],
  "tools approve": [
    ["jamey tools approve weather", "asks, after it has shown everything"],
    ["jamey tools approve weather --yes", "in a script"],
  ],
  "tools revoke": [["jamey tools revoke weather", "until it is approved again"]],
  "tools new": [
    ["jamey tools new weather", "tools/weather.yml and weather.sh in the environment"],
    ["jamey tools new weather --lang python --folder ~/src/weather", "elsewhere, in Python"],
  ],
  "tools check": [
    ["jamey tools check tools", "every manifest of that folder"],
    ["jamey tools check tools/weather.yml --json", "one, for a program"],
  ],
  "tools list": [["jamey tools list", "names, what they can do to the world, descriptions"]],
  "tools run": [
    ["jamey tools run file_read path=README.md", "arguments as pairs"],
    ['jamey tools run shell \'{"command": "ls"}\'', "or as one JSON object"],
  ],
  events: [
    ["jamey events --follow", "watch what happens, live"],
    ["jamey events --since 120 --type TurnCompleted --json", "what came after an event"],
  ],
  models: [
    ["jamey models", "which key comes from where"],
    ["jamey models --json | jq -r .default_model", "who would answer now"],
  ],
  usage: [
    ["jamey usage", "of everything, by model"],
    ["jamey usage 0197", "of one session"],
  ],
  "create-session": [["jamey create-session --name 'release notes'", "prints its id"]],
  "list-tools": [["jamey list-tools", "one per line, as 'jamey tools list'"]],
  status: [["jamey status 0197", "state, messages, when it was used"]],
  init: [
    ["jamey init", "asks what is missing"],
    [
      "jamey init --vendor openai --key-from-env --yes",
      "in a script, with the key of OPENAI_API_KEY",
    ],
    ["pass openai | jamey init --vendor openai --key-stdin --yes", "the key through a pipe"],
  ],
  completion: [
    ["source <(jamey completion bash)", "in ~/.bashrc"],
    ["source <(jamey completion zsh)", "in ~/.zshrc, after compinit"],
    ["jamey completion fish > ~/.config/fish/completions/jamey.fish", "once"],
    ["jamey completion powershell | Out-String | Invoke-Expression", "in $PROFILE"],
  ],
  man: [
    ["jamey man", "read it"],
    ["jamey man > ~/.local/share/man/man1/jamey.1", "keep it where man finds it"],
  ],
  "exit-codes": [
    ["jamey exit-codes", "the table"],
    ["jamey exit-codes --json", "for a script"],
  ],
  version: [
    ["jamey version --json", "of this program and of the wire"],
    ["jamey --version", "only the number"],
  ],
  help: [
    ["jamey help sessions list", "the page of a command"],
    ["jamey help permissions", "the page of a topic"],
  ],
  "sessions new": [
    ["jamey sessions new --name 'release notes'", "prints its id"],
    ["jamey sessions new --workflow release -P tone=warm", "its messages are runs of it"],
  ],
  "sessions data": [
    ["jamey sessions data 0197", "keys, what they are, and who stored them"],
    ["jamey sessions data 0197 plan | jq .steps", "the value of one"],
  ],
  "sessions fork": [
    ["jamey sessions fork 0197", "go on in a copy; the first stays as it is"],
    ["jamey sessions fork 0197 --at msg_12 --name 'another way'", "from an earlier message on"],
  ],
  "sessions export": [
    ["jamey sessions export 0197 -O talk.json", "what sessions import takes"],
    ["jamey sessions export 0197 --format markdown", "to read"],
  ],
  "sessions import": [
    ["jamey sessions import talk.json", "as a new session"],
    ["ssh host jamey sessions export 0197 | jamey sessions import -", "from another machine"],
  ],
  "sessions prune": [
    ["jamey sessions prune --older-than 90d", "says what would go, and asks"],
    ["jamey sessions prune --older-than 90d --yes", "in a script"],
  ],
  mcp: [
    ["jamey mcp install claude-code", "a host is told of jamey, once"],
    ["jamey mcp", "what the host then starts: lines of MCP on stdin and stdout"],
    ["jamey mcp --env dev", "another environment"],
  ],
  acp: [
    ["jamey acp", "what an editor starts: lines of ACP on stdin and stdout"],
    ["jamey acp reviewer --env dev", "another object, another environment"],
  ],
  "mcp install": [
    ["jamey mcp install", "which hosts are known, and where their settings lie"],
    ["jamey mcp install claude", "Claude Desktop: shows the change and asks"],
    ["jamey mcp install cursor --print", "only show it"],
    ["jamey mcp install vscode --yes --env dev", "without a question, another environment"],
  ],
  keys: [
    ["jamey keys create phone --scope read,chat", "its text is printed once"],
    ["jamey keys list", "what there is"],
  ],
  "keys create": [
    [
      "jamey keys create ci --scope read,chat --expires 30d",
      "its text is printed once, alone on stdout",
    ],
  ],
  "keys list": [["jamey keys list", "names, scopes, when each ends"]],
  "keys revoke": [["jamey keys revoke key_12", "whatever uses it is closed at once"]],
};
