// Looking for the daemon at the moment at which it ends.
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { findDaemon } from "../../src/client/daemon.ts";
import { findEnvironment } from "../../src/client/places.ts";
import { JameyError } from "../../src/protocol/errors.ts";
import { startFakeDaemon, temporaryHome } from "../support/fake-daemon.ts";

const introduction = { client: "cli", workspace: null, variables: {}, call_id: null };

/** A socket that takes connections, and ends each before it says anything. */
function startLeaving(home: string, onConnection: (count: number) => void) {
  const { places } = findEnvironment({
    flag: undefined,
    variables: { JAMEY_HOME: home },
    directory: "/",
  });
  // Makes the folder, private as it must be.
  const folder = startFakeDaemon({ home, answer: () => undefined });
  let connections = 0;
  const begin = async () => {
    await folder.stop();
    rmSync(places.socket, { force: true });
    return Bun.listen({
      unix: places.socket,
      socket: {
        data(socket) {
          connections += 1;
          socket.terminate();
          onConnection(connections);
        },
      },
    });
  };
  return { places, begin };
}

test("a daemon that ends while it is connected to is not there any more", async () => {
  const home = temporaryHome();
  const leaving = startLeaving(home, (count) => {
    if (count < 3) return;
    listener.stop(true);
    rmSync(leaving.places.socket, { force: true });
  });
  const listener = await leaving.begin();
  expect(await findDaemon({ places: leaving.places, introduction })).toBeUndefined();
});

test("one that takes connections and never says anything is an error, not awaited for ever", async () => {
  const leaving = startLeaving(temporaryHome(), () => undefined);
  const listener = await leaving.begin();
  const failed = await findDaemon({ places: leaving.places, introduction }).catch(
    (thrown: unknown) => thrown,
  );
  listener.stop(true);
  expect(failed instanceof JameyError ? failed.code : failed).toBe("unavailable");
});
