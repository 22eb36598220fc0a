// Handlers that change objects and tell their history.
import { authorName, type Caller } from "../caller.ts";
import type { Handlers } from "../handle.ts";
import type { HandlerContext } from "./index.ts";

type Names =
  | ("CreatePO" | "EditPO" | "RenamePO" | "DeletePO" | "RevertPO")
  | ("ListPOHistory" | "GetPOVersion");

export function objectChangeHandlers({
  changes,
  versions,
  services,
  objects,
}: Pick<HandlerContext, "changes" | "versions" | "services" | "objects">): Pick<Handlers, Names> {
  const by = (caller: Caller, reason: string) => ({ author: authorName(caller), reason });
  const live = (po_name: string) => versions.find(po_name, null);
  return {
    CreatePO: async ({ text, reason }, caller) =>
      live(await changes.create(text, by(caller, reason))),
    EditPO: async ({ po_name, text, base_hash, reason }, caller) =>
      live(await changes.edit(po_name, { text, base_hash }, by(caller, reason))),
    RenamePO: async ({ po_name, new_name, reason }, caller) =>
      live(await changes.rename(po_name, new_name, by(caller, reason))),
    RevertPO: async ({ po_name, hash, reason }, caller) =>
      live(await changes.revert(po_name, hash, by(caller, reason))),
    async DeletePO({ po_name, reason }, caller) {
      await changes.remove(po_name, by(caller, reason));
      return {};
    },
    async ListPOHistory({ po_name }) {
      await look(po_name);
      // Throws where there never was such an object.
      live(po_name);
      return { versions: versions.list(po_name) };
    },
    async GetPOVersion({ po_name, hash }) {
      await look(po_name);
      const version = versions.find(po_name, hash);
      return { ...version, text: versions.textOf(version.po_name, version.hash) ?? "" };
    },
  };

  /** What is in the folder now is in the history. */
  async function look(po_name: string): Promise<void> {
    services.catalog.refresh(po_name);
    await objects.flush();
  }
}
