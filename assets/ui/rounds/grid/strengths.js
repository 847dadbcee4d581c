/** LoRA strengths in words. */
/** @import { Candidate } from "payloads" */

/**
 * A LoRA strength: "1", "0.85".
 * @param {number} value
 */
export const strength = (value) => String(Number(value.toFixed(2)));

/** With how much of the LoRA an image is generated. @param {Pick<Candidate, "recipe">} candidate */
export const strengthOf = ({ recipe }) => recipe || "LoRA strength 1";
