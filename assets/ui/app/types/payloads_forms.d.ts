/** Written by tools/web_types.py from gal_studio/ui/payloads/types: change the types there. */

import type { ProjectKind } from "./payloads.d.ts";
import type { Runs } from "./payloads_refinement.d.ts";

/** The prompts of a set as they are typed, the field of each, and how many pictures there are. */
export interface TypedSet {
  trigger_word?: string;
  prompts: (string | null)[];
  places?: string[];
  pictures?: number;
}

/** The preset, or a model of the user's own; `start_from` is the path of a LoRA from elsewhere. */
export interface ChosenModel {
  preset?: string | null;
  base_model?: string | null;
  clip_model?: string | null;
  start_from?: string | null;
}

/** The models of a new project; the settings decide which LoRAs it can start from. */
export interface AskedModels extends ChosenModel {
  kind: ProjectKind;
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}

/** What is typed into the form of a new project; `final` when it is sent. */
export interface Derive extends ChosenModel {
  kind: ProjectKind;
  sets: TypedSet[];
  name?: string;
  final?: boolean;
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}

/** An uploaded picture with its mask, which was uploaded or painted. */
export interface Check {
  path: string;
  mask?: string | null;
  painted?: Runs | null;
}

/** A picture of a new project with its prompt. */
export interface GivenReference extends Check {
  prompt: string;
}

/** A set of references. */
export interface GivenSet {
  trigger_word?: string;
  references: GivenReference[];
}

/** An uploaded picture with its name, and the hash by which the studio knows it once it was looked at. */
export interface UploadedPicture {
  path: string;
  name: string;
  image?: string | null;
}

/** The pictures of each set, and the model that is to see them. */
export interface Seen extends ChosenModel {
  sets: UploadedPicture[][];
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}

/** Uploaded pictures that a model is to look at. */
export interface Look extends ChosenModel {
  paths: string[];
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}

/** The caption of a picture. */
export interface Caption {
  name: string;
  caption: string;
}

/** The captions of the form, to be saved. */
export interface Captions {
  captions: Caption[];
}

/** The form of a new project: `only` created, not started; `sure` in spite of the plan's doubt. */
export interface Create extends ChosenModel {
  kind: ProjectKind;
  sets: GivenSet[];
  name?: string;
  only?: boolean;
  sure?: boolean;
  settings?: Record<string, number | boolean | string | string[] | null> | null;
}
