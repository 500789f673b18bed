// What COLMAP's files store of cameras and images, and the lens models that are read.
// Source: COLMAP, "Camera models".
import type { OtError } from "monge";
import { unsupported } from "./limits.ts";

/** The model of a camera's lens, by COLMAP's name. */
export type LensModel = "SIMPLE_PINHOLE" | "PINHOLE" | "SIMPLE_RADIAL" | "RADIAL" | "OPENCV";

/** An entry of cameras.txt or .bin. */
export interface StoredCamera {
  readonly id: number;
  readonly model: LensModel;
  readonly width: number;
  readonly height: number;
  readonly parameters: readonly number[];
  readonly place: string;
}

/** An entry of images.txt or .bin. */
export interface StoredImage {
  readonly camera: number;
  readonly name: string;
  /** w x y z, then the translation. */
  readonly pose: readonly number[];
  readonly place: string;
}

/** Models in COLMAP's numbering, with the number of their parameters; the first `focal` of them are focal lengths. */
export const lensModels: readonly { readonly name: LensModel; readonly parameters: number; readonly focal: 1 | 2 }[] = [
  { name: "SIMPLE_PINHOLE", parameters: 3, focal: 1 },
  { name: "PINHOLE", parameters: 4, focal: 2 },
  { name: "SIMPLE_RADIAL", parameters: 4, focal: 1 },
  { name: "RADIAL", parameters: 5, focal: 1 },
  { name: "OPENCV", parameters: 8, focal: 2 },
];

/** Throws `Unsupported`: a lens that `Camera` cannot describe. */
export function otherLens(place: string, model: string | number): OtError {
  return unsupported(
    place,
    `has the lens model ${model}`,
    model,
    `Undistort the images (colmap image_undistorter), or use ${lensModels.map(({ name }) => name).join(", ")}.`,
  );
}
