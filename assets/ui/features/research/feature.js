/** Replays: below the chart of rounds, in Results, and beside the strip how far one is that runs. */
import { addTo } from "../../kit/places.js";
import { ComparedReplays, ReplayNote, Replays } from "./replays.js";

addTo("arms", Replays);
addTo("compared", ComparedReplays);
addTo("strip", ReplayNote);
