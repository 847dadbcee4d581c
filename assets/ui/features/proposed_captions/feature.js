/** Proposed captions: a button over the images of the form, and what is proposed beside each. */
import { addTo } from "../../kit/places.js";
import { Proposal, ProposeButton } from "./proposals.js";

addTo("set", ProposeButton);
addTo("row", Proposal);
