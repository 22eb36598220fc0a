// The object browser, in the Smalltalk manner: list → object → prompt, capabilities, history; edited in place.
import type { Pane } from "../pane.ts";
import { initialObjects, type ObjectsState } from "./objects/state.ts";
import { updateObjects } from "./objects/update.ts";
import { viewObjects } from "./objects/view.ts";

export const objectsPane: Pane<ObjectsState> = {
  name: "objects",
  title: "Objects",
  initial: initialObjects,
  update: updateObjects,
  view: viewObjects,
};
