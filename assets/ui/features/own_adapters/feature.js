/** Refine the image adapter: a use of Round 0. */
import { state } from "../../app/store.js";
import { read } from "../../kit/settings_fields.js";
import { addUse } from "../../rounds/uses.js";
import { refineAdapter } from "./refine_adapter.js";

/** An image adapter can be made better; a model that reads pictures by itself has none. */
const hasOne = () => read(state.project?.settings ?? {}, "references.adapter") !== "native";

addUse(["adapter", "Refine the adapter…"], "", refineAdapter, hasOne);
