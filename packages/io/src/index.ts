// The entry point of @monge/io: files in, measures and matrices out, and back. Formats load when they are first used.

export { type AllocationLists, readAllocation } from "./allocation.ts";
export type { FileContent, FileOptions } from "./atomicFile.ts";
export { assertWritable, writeFileAtomic } from "./atomicFile.ts";
export type { CameraOptions, ImageCamera } from "./colmap.ts";
export { readCameras } from "./colmap.ts";
export type { Description, MassRange, NamedArray } from "./description.ts";
export type { EllipseForm, EllipseOptions } from "./ellipseOptions.ts";
export { type Ellipses, readEllipses } from "./ellipses.ts";
export { type EllipsesLike, type EllipseWriteOptions, encodeEllipses, writeEllipses } from "./ellipsesWrite.ts";
export { type EllipsoidOptions, type Ellipsoids, readEllipsoids } from "./ellipsoids.ts";
export type { FormatName } from "./formatName.ts";
export type { GaussianList } from "./gaussianList.ts";
export type { IdxArray, IdxOptions } from "./idx.ts";
export { readIdx } from "./idx.ts";
export { type ImageStack, readImageStack } from "./imageStack.ts";
export type { LensModel } from "./lens.ts";
export {
  type Intrinsics,
  type MatchCamera,
  type MatchModel,
  type MatchProblem,
  type MatchProblemOptions,
  type MatchSides,
  readMatchProblem,
} from "./matchProblem.ts";
export { encodeMatchProblem, writeMatchProblem } from "./matchProblemWrite.ts";
export type { DescribeOptions, ImageOptions, ReadOptions, TableOptions } from "./options.ts";
export {
  type AnimationOptions,
  type ColorPicture,
  encodeAnimation,
  encodePicture,
  readPicture,
  writePicture,
} from "./picture.ts";
export { type Picture, type PictureOptions, readPictures } from "./pictures.ts";
export { describe, readMatrix, readMeasure, readVector } from "./read.ts";
export { readScene } from "./scene.ts";
export type { NamedBytes, Source } from "./source.ts";
export { encodeSplatPly, type SplatsLike, writeSplatPly } from "./splatPlyWrite.ts";
export type { SceneFormat, SceneOptions, SceneRepairs, SplatScene } from "./splatScene.ts";
export { columnOf, numberIn, readWordTable, type WordTable, type WordTableOptions } from "./wordTable.ts";
export type { PlanEntries, PlanOptions, WriteOptions } from "./write.ts";
export { encodeMatrix, encodeNpy, encodePlan, writeMatrix, writePlan } from "./write.ts";
