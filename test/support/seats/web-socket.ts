// A seat at the WebSocket, over the unix socket and over TCP: one connection to change things, one to follow.
import { openWire, type Wire, type WireAddress } from "../wire-client.ts";
import { type Change, type Interface, messageOf, objectOf, type Place, WATCHED } from "./seat.ts";

export const openSocketWire = (place: Place): Interface => openAt(() => place.home.socket);

export const openTcpWire = (place: Place): Interface =>
  openAt(() => ({ url: place.url(), token: place.token() }));

function openAt(address: () => WireAddress): Interface {
  let writing: Promise<Wire> | undefined;

  async function connected(): Promise<Wire> {
    const wire = await openWire(address());
    void wire.closed.then(() => {
      writing = undefined;
    });
    return wire;
  }

  return {
    async change(change) {
      writing ??= connected();
      try {
        await write(await writing, change);
      } catch (thrown) {
        writing = undefined;
        throw thrown;
      }
    },
    async read({ after, take, signal }) {
      const wire = await openWire(address());
      signal.addEventListener("abort", wire.close, { once: true });
      if (signal.aborted) wire.close();
      await wire.follow({ event_types: WATCHED, after }, take);
      await wire.closed;
    },
    close: () => void writing?.then((wire) => wire.close()),
  };
}

async function write(wire: Wire, change: Change): Promise<void> {
  const { kind, label, session_id, po_name } = change;
  if (kind === "rename") await wire.ask("RenameSession", { session_id, name: label });
  else if (kind === "edit") await wire.ask("EditPO", { po_name, text: objectOf(change) });
  else {
    const message = messageOf(change);
    const asked = { po_name, session_id, message, message_key: label };
    const { turn_id } = await wire.ask("SendMessage", asked);
    await wire.ask("WaitForTurn", { turn_id });
  }
}
