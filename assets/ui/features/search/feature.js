/** Search: a field in the bar over the grid, and a button below the enlarged image. */
import { addTo } from "../../kit/places.js";
import { addButton } from "../../rounds/lightbox/lightbox.js";
import { moreLike, SearchField, searchLine } from "./search.js";

addTo("desk", SearchField, searchLine);
addButton("more-like", "More like this", "Sort this round’s images by similarity to this one", moreLike);
