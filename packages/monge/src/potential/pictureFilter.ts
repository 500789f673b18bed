// Something that makes pictures of pictures, and the choice among several of them on a validation set.
import { OtError } from "../errors/otError.ts";
import type { Picture } from "./picture.ts";
import { quality } from "./quality.ts";

/** A method of restoration. */
export interface PictureFilter {
  /** In words, with its parameters. */
  readonly name: string;
  /** New pictures of the same shapes. */
  apply(list: readonly Picture[]): Picture[];
}

/** The filter chosen, and what each reached. */
export interface FilterChoice<F extends PictureFilter = PictureFilter> {
  readonly filter: F;
  /** Its mean PSNR on the validation set, dB. */
  readonly psnr: number;
  /** Mean PSNR of every candidate, in their order. */
  readonly all: readonly number[];
}

/** The candidate of the best mean PSNR; results are clipped to [-1, 1] first. Throws `InvalidShape`, `InvalidValue` without candidates. */
export function bestFilter<F extends PictureFilter>(
  candidates: readonly F[],
  given: readonly Picture[],
  truth: readonly Picture[],
): FilterChoice<F> {
  if (candidates.length === 0) {
    throw new OtError("InvalidValue", "There is no filter to choose from.", {
      argument: "candidates",
      seen: 0,
      cure: "Pass one at least.",
    });
  }
  const all = candidates.map((filter) => quality(clippedPictures(filter.apply(given)), truth).psnr);
  const best = all.indexOf(Math.max(...all));
  return { filter: candidates[best], psnr: all[best], all };
}

/** Copies with samples limited to [-1, 1]. */
export function clippedPictures(list: readonly Picture[]): Picture[] {
  return list.map((picture) => ({ ...picture, data: picture.data.map((x) => Math.min(1, Math.max(-1, x))) }));
}
