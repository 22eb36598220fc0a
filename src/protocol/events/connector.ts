// Events of the interfaces that come and go. Stream: `environment`.
import { z } from "zod";
import { id, source } from "../messages.ts";
import { housekeeping } from "./event.ts";

const connector = { connector_type: source, connector_id: id };

export const connectorEvents = {
  ConnectorAttached: housekeeping(
    1,
    "An interface is connected.",
    z.object({ ...connector, client: z.string() }),
  ),
  ConnectorDetached: housekeeping(1, "An interface is gone.", z.object(connector)),
} as const;
