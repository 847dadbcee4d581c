/** Proposed captions: a button over the images of the form, and what is proposed beside each. */
import { addToRow } from "../../reference/form/picture_row.js";
import { addToSet } from "../../reference/form/picture_set.js";
import { Proposal, ProposeButton } from "./proposals.js";

addToSet(ProposeButton);
addToRow(Proposal);
