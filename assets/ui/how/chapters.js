/** What the page "How is this computed?" explains: in brief where a figure stands, and in full there. */

/** @typedef {[name: string, words: string, formula?: string]} Paragraph */
/** @typedef {{ title: string, brief: string, paragraphs: Paragraph[] }} Chapter */

/** The chapters in the order of the page, by what they explain. */
export const CHAPTERS = {
  suggestions: /** @type {Chapter} */ ({
    title: "Copies, uncertainty and suggestions",
    brief:
      "The most uncertain test prompts, each with its best image that is not a copy. Your mark (L) " +
      "overrides the copy risk.",
    paragraphs: [
      [
        "Copy risk:",
        "two checks combined: is the image nearer to the reference’s prompt than to its own, and are areas " +
          "of the reference found in it? From 50% on, it counts as a copy. Your marks (L) adjust it for " +
          "all images: sort by “Uncertain copies”, and correct the first ones.",
      ],
      [
        "Uncertainty:",
        "highest when half of a prompt’s images are copies, zero when all or none are. The " +
          "detector’s own uncertainty is subtracted.",
        "H(p) − mean of H(copy risk), with H(p) = −p ln p − (1 − p) ln (1 − p)",
      ],
      ["p:", "the mean copy risk of the prompt’s images. Your mark makes an image’s risk 1 or 0."],
      [
        "Suggested:",
        "the most uncertain test prompts, each with its best image that is not a copy, matches its prompt " +
          "and resembles the reference enough.",
        "u = (1 − copy risk) · prompt match · style or object match",
      ],
    ],
  }),
  weights: /** @type {Chapter} */ ({
    title: "Weights of accepted images",
    brief: "The more uncertain a round was, the more its accepted images count. A reference counts 1.",
    paragraphs: [
      [
        "Weight:",
        "the setting Weight multiplier (λ) times the mean uncertainty of all test prompts of the round.",
        "w = λ · mean H",
      ],
    ],
  }),
  results: /** @type {Chapter} */ ({
    title: "Results",
    brief:
      "Benchmark prompts that no training uses, with the same seeds in every round. " +
      "A change that is not clear may be chance.",
    paragraphs: [
      [
        "Prompt match:",
        "not a copy, and CLIP recognizes what the prompt asks for, compared with the base model’s image " +
          "of the same prompt and seed. Where the base model fails, the image is not judged.",
        "s(x, own) − s(x, ref) ≥ 0.6 · (the same of the base model’s image)",
      ],
      [
        "CLIP-T, CLIP-I:",
        "mean cosines of CLIP features: of image and prompt (CLIP-T), of image and reference (CLIP-I).",
      ],
      [
        "Changes:",
        "paired by prompt and seed with the round before. It may be chance where p > 0.05 in a sign-flip " +
          "test over prompts, or with fewer than six prompts.",
        "mean of (after − before)",
      ],
      [
        "Gain over base:",
        "100 points for an image that is not a copy, matches its prompt and fully matches the references.",
        "gain = mean of (1 − copy risk) · [prompt match] · style or object match",
      ],
    ],
  }),
  arms: /** @type {Chapter} */ ({
    title: "The chart of rounds",
    brief: "Up: matches its prompt. Right: resembles the reference. Copies are at the bottom right.",
    paragraphs: [
      ["Up:", "CLIP-T of the benchmark’s images."],
      ["To the right:", "CLIP-I of the benchmark’s images."],
      ["Plain:", "a round trained on the references alone: ordinary training."],
      ["Thin crosses:", "95% intervals (t, over prompts)."],
    ],
  }),
  replays: /** @type {Chapter} */ ({
    title: "Replays",
    brief: "The same project with the same seeds and as many accepted images; only the decisions differ.",
    paragraphs: [
      [
        "The same:",
        "references, settings, test prompts and seeds of each round of this line, and as many accepted " +
          "images in each round as you accepted.",
      ],
      [
        "Different:",
        "who decides. Replaying your own choices measures chance; the others measure what choosing gains.",
      ],
      ["Kept apart:", "each replay is a project of its own. This one stays as it is."],
    ],
  }),
  choices: /** @type {Chapter} */ ({
    title: "Your choices",
    brief:
      "Agreement: the share of your choices that took the suggested image. Kappa corrects it for chance.",
    paragraphs: [
      [
        "Agreement:",
        "of your choices about suggestions, the share that took the suggested image. A second image of a " +
          "test prompt counts neither way; an undone choice does not count.",
      ],
      [
        "Learned order:",
        "a logistic regression of what you accepted, on the uncertainty of the test prompt and the scores " +
          "of the image, fitted to your other rounds. It never suggests a copy.",
        "P(accept) = σ(w · features + b)",
      ],
      [
        "Cohen’s kappa:",
        "agreement over all images of the round beyond what chance would give: 1 is the same choice, 0 is " +
          "chance.",
        "κ = (pₒ − pₑ) / (1 − pₑ)",
      ],
    ],
  }),
  refinement: /** @type {Chapter} */ ({
    title: "What a refinement changed",
    brief:
      "Each image is compared with the one of the same prompt and seed before. In brackets: the 95% " +
      "confidence interval.",
    paragraphs: [
      [
        "The difference:",
        "the mean over all pairs of images; prompts that the refinement was trained on are left out.",
        "mean of (after − before)",
      ],
      ["No clear change:", "the interval (t, over prompts) includes zero."],
      [
        "Figures:",
        "likeness to prompt and reference are cosines of CLIP features, −1 to 1; a share is from 0 to 1.",
      ],
    ],
  }),
};

/**
 * The demo’s reference, and images of its first round by pocket 8.
 * @type {[file: string, name: string, words: string][]}
 */
export const EXAMPLES = [
  ["reference", "Reference", "A cat in bold outline style."],
  ["copy", "A copy", "Asked for a knife, it shows the cat. Copy risk 96%."],
  ["blend", "A blend", "A knife with the cat’s paws. Its copy risk is only 5%: press L on such images."],
  ["good", "A good image", "A knife in the style of the reference. Copy risk 0%."],
];

export const SOURCE = "Images of the style demo’s first round, by pocket 8.";
