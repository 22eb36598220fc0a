// A crowd of clients as a process of its own: each follows the renaming of sessions, whose new name is the time
// of its asking. Arguments: the socket, how many. Prints `ready`; at the end of stdin, the delays as JSON.
import { openConnection } from "../../src/client/connection.ts";

const [socket = "", count = "1"] = process.argv.slice(2);
const delays: number[] = [];
const clients = [];
for (let index = 0; index < Number(count); index += 1) {
  const introduction = { client: "bench", workspace: null, variables: {}, call_id: null };
  const connection = await openConnection({ socket }, introduction);
  await connection.follow({ event_types: ["SessionRenamed"] }, (frames) => {
    const now = performance.timeOrigin + performance.now();
    for (const frame of frames) {
      if (frame.type !== "event") continue;
      const { name } = frame.payload as { name: string }; // What SessionRenamed carries.
      delays.push(now - Number(name));
    }
  });
  clients.push(connection);
}
console.log("ready");
await Bun.stdin.text();
await Bun.write(Bun.stdout, `${JSON.stringify(delays)}\n`);
for (const client of clients) client.close();
