/** Compare blind: in Results, and beside the strip once a round is measured. */
import { addDialog, place } from "../../dialogs.js";
import { addTo } from "../../kit/places.js";
import { AfterRound, AtWinner, blindDialog, InResults, openBlind } from "./blind.js";

addDialog("blind", place(blindDialog, openBlind));
addTo("verdict", InResults);
addTo("winner", AtWinner);
addTo("strip", AfterRound);
