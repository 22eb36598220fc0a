// One part of a topic: paragraphs, then a list of what there is and what it means.
import type { Entry } from "../layout.ts";

export interface Section {
  title: string;
  text?: readonly string[];
  entries?: readonly Entry[];
}
