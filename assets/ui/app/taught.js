/** What a project learns, a style or an object: what follows from that on the page. */
/** @import { ProjectKind } from "payloads" */
import { TAUGHT } from "./kinds.js";

/**
 * What a project learns; a style where there is none.
 * @param {{ kind: ProjectKind } | null | undefined} project
 */
export const taughtIn = (project) => TAUGHT[project?.kind ?? "style"];
