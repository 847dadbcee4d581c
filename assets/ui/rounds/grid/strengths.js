/** LoRA strengths in words. */
/** @import { Candidate } from "payloads" */

/**
 * A LoRA strength: "1", "0.85".
 * @param {number} value
 */
export const strength = (value) => String(Number(value.toFixed(2)));

/** The strength schedule of an image. @param {Pick<Candidate, "recipe">} candidate */
export const strengthOf = ({ recipe }) => recipe || "LoRA strength 1";

/**
 * With how much of the LoRA an image is generated: "strength 0.85", "strength 0.4 first, then 1".
 * @param {Pick<Candidate, "strength" | "sign">} candidate
 */
export function strengthWords({ strength: mean, sign }) {
  const [found, early, late] = /^(.*) for .*, then (.*)$/.exec(sign) ?? [];
  return `strength ${found ? `${early} first, then ${late}` : strength(mean)}`;
}
