/** Search: a field in the bar over the grid, and a button below the enlarged image. */
import { addToDesk } from "../../rounds/desk/desk_bar.js";
import { addButton } from "../../rounds/lightbox/lightbox.js";
import { moreLike, SearchField, searchLine } from "./search.js";

addToDesk(SearchField, searchLine);
addButton(
  "more-like",
  "More like this",
  "Order all images of this round by how alike they are to this one",
  moreLike,
);
