/** Puts the Rounds screen together out of its parts. */
import { mountStrip } from "./round_strip.js";
import { mountViews } from "./views.js";
import { mountMap } from "./map.js";
import { mountAnchors } from "./anchors.js";
import { mountCurves } from "./curves.js";
import { mountSuggestion } from "./suggestion.js";
import { mountFilters } from "./filters.js";
import { mountGrid } from "./grid.js";
import { mountRefinement } from "./refinement.js";
import { mountActions } from "./actions.js";
import { mountKeys } from "./keys.js";

export function mountRounds(parts, element) {
  mountStrip(parts);
  mountViews(element);
  mountMap(parts);
  mountAnchors(parts);
  mountCurves(parts);
  mountSuggestion(parts);
  mountFilters(parts);
  mountGrid(parts);
  mountRefinement(parts);
  mountActions(parts);
  mountKeys(parts);
}
