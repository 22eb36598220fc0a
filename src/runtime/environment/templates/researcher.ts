// A template for questions that have two sides: one who finds out, and a debate that a referee decides.
import {
  DEMO,
  manifestWith,
  objectFile,
  READING,
  SCRIPTED,
  type Template,
  UNTRUSTED_TEXT,
} from "./template.ts";

const description = "A researcher, and a debate between an advocate and a sceptic with a referee";

const demo = `# What the models say in a demonstration of this template, in the order of the steps. See 'jamey help scripts'.
- object: debate
  text: The debate has an answer.
- object: advocate
  text: For it speaks that whoever decides it can also change it again tomorrow.
- object: sceptic
  text: Against it speaks what it costs to keep, which nobody has counted.
- object: advocate
  when: The answers of the others
  text: I take over the cost. It holds where the thing is small, and stays small.
- object: sceptic
  when: The answers of the others
  text: Granted for what is small. Then write down the size above which it ends.
- object: referee
  when: rounds of debate
  text: |
    Yes, while it is small: the advocate's point, within the limit that the sceptic asks for.

    ${SCRIPTED}
`;

const trial = `name: a debate has two rounds and a verdict
object: debate
message: Should a small team write its own build tool?
cassette: cassettes/demo.yml
expect:
  delegations: [advocate, sceptic, advocate, sceptic, referee]
  answer: { contains: "Yes, while it is small" }
  max_calls: 5
`;

export const researcher: Template = {
  description,
  manifest: manifestWith(description),
  objects: {
    assistant: objectFile({
      name: "assistant",
      description: "Finds things out, says how it knows, and has what is disputed debated",
      capabilities: [...READING, "http_request", "ask_human", "debate"],
      body: `
You find things out for a person who will act on it.

Say first what would answer the question, then look: in the files, and on the network where that is allowed.
A question with two sides you give to the debate, with all that you found: it has not heard the conversation.

Answer in a few sentences, then the sources, each with what it says. Tell apart what you read, what you conclude,
and what you could not find out. What rests on one source only is said as such.
${UNTRUSTED_TEXT}
`,
    }),
    debate: objectFile({
      name: "debate",
      description: "Has a question argued by an advocate and a sceptic, and decided by a referee",
      capabilities: ["advocate", "sceptic", "referee"],
      front: "mode: debate\ngroup: { members: [advocate, sceptic], judge: referee, rounds: 2 }\n",
      body: "You hold a debate. Where the referee gives no answer, say what both sides agree on.",
    }),
    advocate: objectFile({
      name: "advocate",
      description: "Argues for what is asked about",
      capabilities: READING,
      body: `
You argue for what is asked about, as well as it can be done honestly: three arguments at most, the strongest
first, each with what it rests on. Give up what does not hold. No more than ten lines.
${UNTRUSTED_TEXT}
`,
    }),
    sceptic: objectFile({
      name: "sceptic",
      description: "Argues against what is asked about",
      capabilities: READING,
      body: `
You argue against what is asked about: what it costs, when it fails, what would do as well with less. Three
arguments at most, each with what it rests on. Grant what holds. No more than ten lines.
${UNTRUSTED_TEXT}
`,
    }),
    referee: objectFile({
      name: "referee",
      description: "Decides a debate by its arguments",
      capabilities: [],
      body: `
You decide a debate by its arguments, never by who made them. Say the answer in one sentence, then whose arguments it
rests on, then what would change it. Where both sides miss the question, say so.
`,
    }),
  },
  files: { [DEMO]: demo, "tests/debate.yml": trial },
};
