// A map of pictures with what it was trained for, as an object and as one file: what `monge w1` writes and reads.
import { OtError } from "../errors/otError.ts";
import { gaussianKernel } from "./blurKernel.ts";
import { addNoise, blurred, type Degradation, inOrder } from "./degradation.ts";
import type { Picture, PictureShape } from "./picture.ts";
import { mapPictures } from "./pictureMap.ts";
import type { PictureTaskName } from "./pictureTask.ts";
import { corrupt, packRecord, unpackRecord } from "./record.ts";
import { type W1Map, w1MapFromBytes } from "./w1MapFile.ts";

/** What a map of pictures was trained for. */
export interface PictureModelDescription {
  readonly task: PictureTaskName;
  /** Channels, height and width of the pictures or crops that it was trained on. */
  readonly shape: PictureShape;
  /** Standard deviation of the noise that the source's pictures got; 0 for none. Generation: of the noise that is the source. */
  readonly noise: number;
  /** Standard deviation in pixels of the Gaussian that blurred them before; 0 for none. */
  readonly blur: number;
}

/** A map of pictures. */
export interface PictureModel extends PictureModelDescription {
  readonly map: W1Map;
  /** Maps pictures of the model's shape or larger, by blended tiles; with `critics` after so many only. Throws `InvalidShape`, `InvalidValue`. */
  apply(list: readonly Picture[], options?: { readonly critics?: number }): Picture[];
  /** One file, for {@link pictureModelFromBytes}. */
  toBytes(): Uint8Array;
}

/** Joins a map with its purpose. Throws `InvalidShape` where the shape is not that of the map's points. */
export function pictureModel(map: W1Map, description: PictureModelDescription): PictureModel {
  const { task, shape, noise, blur } = description;
  if (shape[0] * shape[1] * shape[2] !== map.dimension) {
    throw new OtError("InvalidShape", `The map takes ${map.dimension} numbers, pictures are ${shape.join(" x ")}.`, {
      argument: "description.shape",
      seen: [...shape],
      cure: "Pass the shape that the map was trained on.",
    });
  }
  return {
    ...{ task, shape, noise, blur, map },
    apply: (list, options) => mapPictures({ apply: (points) => map.apply(points, options) }, list, shape),
    toBytes: () => packRecord("pictureModel", { task, shape, noise, blur }, { map: map.toBytes() }),
  };
}

/** Reads the file of a model. Throws `CorruptFile`, saying what is wrong with it. */
export function pictureModelFromBytes(bytes: Uint8Array): PictureModel {
  const { header, arrays } = unpackRecord("pictureModel", bytes);
  const map = w1MapFromBytes(arrays["map"] as Uint8Array);
  try {
    return pictureModel(map, header as unknown as PictureModelDescription);
  } catch (cause) {
    throw corrupt("pictureModel", "describes other pictures than its map", cause);
  }
}

/** What happened to the source's pictures of a model; `null` where they came as they were. */
export function modelDegradation({ task, noise, blur }: PictureModelDescription): Degradation | null {
  if (task === "generate" || task === "translate") return null;
  const parts = [...(blur > 0 ? [blurred(gaussianKernel(blur))] : []), ...(noise > 0 ? [addNoise(noise)] : [])];
  return parts.length === 0 ? null : inOrder(...parts);
}
