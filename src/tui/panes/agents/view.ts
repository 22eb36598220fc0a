// How the agents and the bus between them look.
import type { Shared } from "../../pane.ts";
import type { Line, Size, Style } from "../../shapes.ts";
import { padText, shorten, span, widthOf, widthOfLine } from "../../text.ts";
import { describeAsked } from "../../world/actions.ts";
import type { SessionEntry } from "../../world.ts";
import { keyFooter } from "../parts/bound.ts";
import { fieldLine } from "../parts/field.ts";
import { fill, windowOf } from "../parts/list.ts";
import {
  clock,
  elapsed,
  emptyText,
  heading,
  iconSpan,
  money,
  row,
  ruled,
  sessionTitle,
  shapes,
} from "../parts/words.ts";
import { type AgentRow, agentRows, type Group, nameOf, rowOf } from "./rows.ts";
import type { AgentsState } from "./update.ts";

const groups: Record<Group, { title: string; style: Style }> = {
  needs: { title: "NEEDS YOU", style: "accent" },
  working: { title: "WORKING", style: "heading" },
  idle: { title: "IDLE", style: "dim" },
  ended: { title: "ENDED", style: "dim" },
};

const MAX_NAME_COLUMNS = 16;
const MAX_PEEK_ROWS = 8;
/** What a row works on gets at most this share of it. */
const TASK_SHARE = 4;
/** Where what it works on and what it does would have less, one of them stands alone. Columns. */
const MIN_BOTH_COLUMNS = 34;
/** Below it money has no room, nor what is new where something is asked. Columns. */
const ROOMY_FROM_COLUMNS = 50;
/** The bus gets this share of the rows. */
const BUS_SHARE = 3;

export function viewAgents(state: AgentsState, shared: Shared, size: Size): readonly Line[] {
  const { columns } = size;
  const rows = agentRows(shared.world);
  const chosen = rowOf(rows, state.selected);
  const selected = chosen?.key ?? null;
  const foot: Line[] = [];
  if (state.reply) foot.push(fieldLine(state.reply, columns));
  foot.push(
    state.reply
      ? keyFooter(shared, "field", ["submit", "leave"], columns)
      : keyFooter(shared, "agents", ["open", "reply", "peek", "inbox", "bus", "close"], columns),
  );
  const room = Math.max(0, size.rows - foot.length);
  const peek = state.isPeeking && chosen ? peekLines(state, chosen, columns) : [];
  const busRoom = Math.max(room > 8 ? 3 : 0, Math.floor(room / BUS_SHARE));
  const bus = busLines(state, { shared, chosen, columns, height: busRoom });
  const height = Math.max(0, room - peek.length - bus.length);
  const list = listLines({ rows, selected, shared, columns });
  const shown = windowOf(list.lines, list.selectedRow, height);
  const blank: Line[] = Array.from({ length: Math.max(0, height - shown.length) }, () => []);
  return fill([...shown, ...blank, ...peek, ...bus], foot, size);
}

function listLines(given: {
  rows: readonly AgentRow[];
  selected: string | null;
  shared: Shared;
  columns: number;
}): { lines: readonly Line[]; selectedRow: number } {
  const { rows, selected, shared, columns } = given;
  const isLoaded = shared.world.isLoaded;
  const empty = isLoaded
    ? "No agents here yet. Make one in the object browser, or say something to begin."
    : "Asking the daemon who is there …";
  if (rows.length === 0) return { lines: emptyText(empty, columns), selectedRow: 0 };
  const lines: Line[] = [];
  let selectedRow = 0;
  let group: Group | undefined;
  const nameColumns = Math.min(
    MAX_NAME_COLUMNS,
    Math.max(...rows.map((one) => widthOf(nameOf(one, shared.world)))),
  );
  for (const one of rows) {
    if (one.group !== group) {
      group = one.group;
      const count = rows.filter((other) => other.group === group).length;
      const { title, style } = groups[group];
      lines.push(heading(`${title} (${count})`, style));
    }
    const isSelected = one.key === selected;
    // The first row brings its heading into sight.
    if (isSelected) selectedRow = lines.length;
    lines.push(agentLine(one, shared, { columns, nameColumns, isSelected }));
  }
  return { lines, selectedRow };
}

function agentLine(
  agent: AgentRow,
  { world, now, isFocused }: Shared,
  options: { columns: number; nameColumns: number; isSelected: boolean },
): Line {
  const { columns, nameColumns, isSelected } = options;
  const { session, po_name, object, request } = agent;
  const cost = session?.turn
    ? session.turn.used.cost_usd
    : (world.usage?.groups.find(({ key }) => key === po_name)?.usage.cost_usd ?? 0);
  const isRoomy = columns >= ROOMY_FROM_COLUMNS;
  const paid = cost === 0 || !isRoomy ? "" : ` ${money(cost)}`;
  const since = request?.created_at ?? session?.turn?.started_at ?? session?.since ?? object?.since;
  const time = since && agent.group !== "idle" ? elapsed(since, now) : "";
  const isNew = session && session.unread > 0 && (isRoomy || !request);
  const unread = isNew ? [span(` ${session.unread} new`, "bold")] : [];
  const name = span(
    padText(shorten(nameOf(agent, world), nameColumns), nameColumns + 2),
    agent.group === "idle" ? "plain" : "bold",
  );
  const right = `${time}${paid}`;
  const before = [iconSpan(shapeOf(agent)), name];
  // The mark of what is selected, and a blank on both sides.
  const room = columns - 3 - widthOfLine([...before, ...unread]) - widthOf(right);
  const left = [...before, ...aboutOf(agent, { columns, room }), ...unread];
  return row(left, right, { columns, isSelected: isSelected && isFocused });
}

/** What it works on, and what it does or asks; only the more telling one where there is no room for both. */
function aboutOf(agent: AgentRow, { columns, room }: { columns: number; room: number }): Line {
  const task = taskOf(agent);
  const style: Style = agent.request ? "plain" : "dim";
  if (task !== "" && room >= MIN_BOTH_COLUMNS) {
    const shown = `${shorten(task, Math.floor(columns / TASK_SHARE))}  `;
    return [span(shown), span(doingOf(agent, room - widthOf(shown)), style)];
  }
  const doing = agent.group === "ended" ? "" : doingOf(agent, room);
  return [doing === "" ? span(shorten(task, room)) : span(doing, style)];
}

function doingOf({ session, object, request, more }: AgentRow, columns: number): string {
  if (!request) return shorten(session?.action || object?.description || "", columns);
  const others = more === 0 ? "" : ` (+${more})`;
  return shorten(describeAsked(request), columns - others.length) + others;
}

/** What tells it apart from others of its name: the node it works for, or what it was asked. */
const taskOf = ({ session, group }: AgentRow): string =>
  !session || group === "idle" ? "" : session.node || session.name || session.title;

function shapeOf({ request, group, session }: AgentRow) {
  if (request) return shapes[request.kind];
  if (group === "ended") return shapes[session?.outcome ?? "done"];
  return group === "working" ? shapes.working : shapes.idle;
}

function peekLines(state: AgentsState, { session, po_name }: AgentRow, columns: number): Line[] {
  const title = session ? `${po_name}: ${sessionTitle(session)}` : po_name;
  const tail = tailOf(state, session);
  const lines = tail
    .slice(-MAX_PEEK_ROWS)
    .map(({ who, text }): Line => [span(`  ${who} `, "bold"), span(text)]);
  const nothing: Line = [span("  Nothing was said yet. r says something.", "dim")];
  return [ruled(title, columns), ...(lines.length > 0 ? lines : [nothing])];
}

function tailOf({ peeked }: AgentsState, session: SessionEntry | null): SessionEntry["tail"] {
  if (!session) return [];
  if (session.tail.length > 0) return session.tail;
  return peeked?.session_id === session.session_id ? peeked.tail : [];
}

function busLines(
  state: AgentsState,
  given: { shared: Shared; chosen: AgentRow | undefined; columns: number; height: number },
): Line[] {
  const { shared, chosen, columns, height } = given;
  if (height < 2) return [];
  const { bus, delegations } = shared.world;
  const only = state.isBusFiltered && chosen ? chosen.po_name : null;
  const isWanted = ({ from, to }: { from: string; to: string }) =>
    only === null || from === only || to === only;
  const live = delegations
    .filter(isWanted)
    .map(
      ({ from, to, since, isPaused }): Line =>
        row(
          [
            iconSpan(isPaused ? shapes.idle : shapes.working),
            span(`${from} → ${to}`, "bold"),
            span(isPaused ? "  waits for you" : "", "dim"),
          ],
          elapsed(since, shared.now),
          { columns, isSelected: false },
        ),
    );
  const room = Math.max(0, height - 1 - live.length);
  const said = room === 0 ? [] : bus.filter(isWanted).slice(-room);
  const lines = said.map(
    ({ at, from, to, text }): Line => [
      span(`  ${clock(at)} `, "dim"),
      span(`${from}→${to} `, "bold"),
      span(text),
    ],
  );
  const quiet: Line = [
    span("  Nothing on the bus yet: what is said to agents passes here.", "dim"),
  ];
  const all = [...live, ...lines];
  return [
    ruled(only === null ? "bus" : `bus: ${only}`, columns),
    ...(all.length > 0 ? all : [quiet]).slice(0, height - 1),
  ];
}
