/** Judge a LoRA: a purpose of the form of a new project. */
import { offerJudging } from "../../reference/form/form.js";
import { Judged } from "./judged.js";

offerJudging(
  "Judge a LoRA",
  "which strength to use, and what it copies",
  "You get the best LoRA strength of each file and, with images, how much it copies.",
  Judged,
);
