// What the command line hands to the full-screen interface, and what it gets back: neither knows the other.
import type { Link, LinkNews } from "../client/link.ts";
import type { Variables } from "../client/variables.ts";

export const themeNames = ["auto", "dark", "light", "vivid", "mono"] as const;
export type ThemeName = (typeof themeNames)[number];

export interface InterfaceOptions {
  /** Finds the daemon, or starts it, before anything is drawn. */
  openLink(onState: (state: LinkNews) => void): Promise<Link>;
  /** What is opened first; asked once there is a link. */
  choose(link: Link): Promise<{ session_id: string | null; po_name: string | null }>;
  model: string | null;
  variables: Variables;
  directory: string;
  /** Folder of what is kept between two runs. */
  folder: string;
  /** Folder of the settings, where a human's own keys are, too. */
  config: string;
  theme: ThemeName;
  hasColour: boolean;
  hasMouse: boolean;
  /** Line by line, for screen readers. */
  isPlain: boolean;
  /** Nothing moves by itself. */
  isMotionReduced: boolean;
}

export type EndingSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT" | "SIGABRT";

/**
 * How it ended: as asked, or by a signal that is still to be obeyed, or broken. `resume` is the open session;
 * `unsent` messages were kept as a draft of theirs.
 */
export type InterfaceEnding = { unsent?: number } & (
  | { type: "quit"; resume: string | null }
  | { type: "signal"; name: EndingSignal; resume: string | null }
  | { type: "crash"; error: Error; resume: string | null }
);
