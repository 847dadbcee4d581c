/** Mounts the parts of the Rounds screen. */
/** @import { RoundsParts } from "../app/types/parts.d.ts" */
import { mountStrip } from "./strip/strip.js";
import { mountChanges } from "./changes.js";
import { mountViews } from "./tabs.js";
import { mountSuggestion } from "./suggestion.js";
import { mountFilters } from "./grid/filters.js";
import { mountDesk } from "./desk/desk_bar.js";
import { mountGrid } from "./grid/grid.js";
import { mountReview } from "./review/review.js";
import { mountSides } from "./sides.js";
import { selectionBar } from "./grid/selection_bar.js";
import { mountActions } from "./actions.js";
import { mountKeys } from "./keys.js";
import { mountTour } from "./tour/tour.js";

/** @param {RoundsParts} parts */
export function mountRounds(parts) {
  mountStrip(parts);
  mountChanges(parts);
  mountViews(parts);
  mountSuggestion(parts);
  mountFilters(parts);
  mountGrid(parts);
  mountDesk(parts);
  parts.desk.parentElement?.after(selectionBar(parts.grid));
  mountSides(parts);
  mountReview(parts);
  mountActions(parts);
  mountKeys();
  mountTour(parts);
}
