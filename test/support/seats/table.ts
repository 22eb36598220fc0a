// Every interface at which somebody may sit: one row each, and whoever adds one adds a row. The test of what
// all of them see takes each pair of rows.
import { openCommandLine } from "./command-line.ts";
import { openPolling, openStream } from "./http.ts";
import type { Interface, Place } from "./seat.ts";
import { openSocketWire, openTcpWire } from "./web-socket.ts";

interface Row {
  open(place: Place): Interface;
  /** What it changes in the test; together they are more than a thousand. A process for each costs time. */
  changes: number;
}

export const interfaces = {
  cli: { open: openCommandLine, changes: 60 },
  "WebSocket on the socket": { open: openSocketWire, changes: 235 },
  "WebSocket on TCP": { open: openTcpWire, changes: 235 },
  "server-sent events": { open: openStream, changes: 235 },
  "REST, asked again and again": { open: openPolling, changes: 235 },
} satisfies Record<string, Row>;
