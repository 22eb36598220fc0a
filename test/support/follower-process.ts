// A follower as a process of its own, so that a test can stop it: prints each frame as a line of JSON.
// Arguments: the socket, and the cursor to begin after.
import { openWire } from "./wire-client.ts";

const [socket = "", after = "0"] = process.argv.slice(2);
const wire = await openWire(socket, { client: "tui" });
const signal_types = ["TextDelta", "ToolOutputDelta"];
await wire.follow({ after: Number(after), signal_types }, (frame) => {
  process.stdout.write(`${JSON.stringify(frame)}\n`);
});
await wire.closed;
