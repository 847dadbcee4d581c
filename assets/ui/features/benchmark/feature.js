/** Measure rounds: the dialog of the benchmark, and the buttons of Results. */
import { addDialog, place } from "../../dialogs.js";
import { addTo } from "../../kit/places.js";
import { Buttons, MeasureAll, MeasureButton } from "./measure.js";
import { openTestSet, testSetDialog } from "./test_set.js";

addDialog("benchmark", place(testSetDialog, openTestSet));
addTo("results", Buttons);
addTo("best", MeasureAll);
addTo("unmeasured", MeasureButton);
