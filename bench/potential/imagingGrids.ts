// The grids of digits in docs/pictures, from the maps that were trained last.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { degrade, modelDegradation, type PictureModel, pictureModelFromBytes } from "monge/potential";
import { gridPng } from "../../packages/cli/src/plot/pictureGrid.ts";
import { cache, digitSides, noisePictures, strokeSides } from "./imagingSides.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Draws them. */
export async function drawPictures(): Promise<void> {
  const model = (name: string): PictureModel =>
    pictureModelFromBytes(new Uint8Array(readFileSync(`${cache}/${name}-0.w1`)));
  if (existsSync(`${cache}/digits-translate-0.w1`)) {
    const translate = model("digits-translate");
    const { test } = await strokeSides();
    const some = test.slice(0, 12);
    const stages = [0, 1, translate.map.critics.length].flatMap((critics) => translate.apply(some, { critics }));
    writeFileSync(`${root}docs/pictures/w1-translate.png`, gridPng(stages, 12, 2));
  }
  if (existsSync(`${cache}/digits-denoise-0.w1`)) {
    const sides = await digitSides();
    const denoise = model("digits-denoise");
    const truth = sides.test.slice(0, 12);
    const given = degrade(truth, modelDegradation(denoise) as never, 2000);
    const stages = [0, 1, 2, denoise.map.critics.length].map((critics) => denoise.apply(given, { critics }));
    writeFileSync(`${root}docs/pictures/w1-denoise.png`, gridPng([...stages.flat(), ...truth], 12, 2));
  }
  if (existsSync(`${cache}/digits-generate-0.w1`)) {
    const generator = model("digits-generate");
    const noise = noisePictures(generator.noise, 60, 0);
    writeFileSync(`${root}docs/pictures/w1-generate.png`, gridPng(generator.apply(noise), 12, 2));
    const few = noise.slice(0, 12);
    const n = generator.map.critics.length;
    const stages = [0, 1, 2, 4, n >> 1, n].flatMap((critics) => generator.apply(few, { critics }));
    writeFileSync(`${root}docs/pictures/w1-generate-stages.png`, gridPng(stages, 12, 2));
  }
}
