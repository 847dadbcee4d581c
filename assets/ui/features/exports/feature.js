/** Exports: the files of a round for other programs, in the dialog *Finish*. */
import { showForms } from "./forms.js";

showForms();
