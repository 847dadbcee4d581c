/** What is measured of each picture of the benchmark, and what it is called. */
/** @import { Metric, ProjectKind } from "payloads" */

/**
 * The columns of the table in their order. Shares are shown in percent; the others are cosines.
 * @type {Record<Metric, { name: string, title: string, isShare: boolean }>}
 */
export const METRICS = {
  as_asked: {
    name: "Prompt match",
    title: "Share of the judged images that show what the prompt asks for, and are not copies.",
    isShare: true,
  },
  copies: {
    name: "Copies",
    title: "Share of images that copy the reference. Fewer is better.",
    isShare: true,
  },
  no_copy: {
    name: "Not copies",
    title: "Share of images that do not copy the reference, whatever they show instead.",
    isShare: true,
  },
  carries: {
    name: "Style match",
    title:
      "How much of the style or object the images show: base model 0%, references 100%. Copies show all " +
      "of it, so fewer copies may lower it.",
    isShare: true,
  },
  clip_t: {
    name: "CLIP-T",
    title: "Text alignment: how well images match their prompts, from −1 to 1.",
    isShare: false,
  },
  clip_i: {
    name: "CLIP-I",
    title:
      "Likeness to the reference, in content and look, from −1 to 1. Higher isn’t always " +
      "better: copies score highest.",
    isShare: false,
  },
};

/** The columns of the table; `no_copy` says the same as `copies`. */
export const NAMES = /** @type {Metric[]} */ (Object.keys(METRICS).filter((name) => name !== "no_copy"));

/**
 * What a metric is called in a project that learns a style or an object.
 * @param {Metric} metric
 * @param {ProjectKind | undefined} kind
 */
export const metricName = (metric, kind) =>
  metric === "carries" && kind === "object" ? "Object match" : METRICS[metric].name;
