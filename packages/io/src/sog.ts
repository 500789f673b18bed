// Splats of SOG: quantised numbers as lossless WebP images, with their ranges in meta.json; zipped (.sog) or unpacked.
// Positions sign(v) (e^|v| - 1) from 16 bits, rotations by their three smallest components. Source: PlayCanvas, SOG format, versions 1 and 2.
import type { Bytes } from "./bytes.ts";
import { type Beside, type SogImage, type SogMeta, sogFiles } from "./sogMeta.ts";
import { harmonic0, type SceneOptions, type SplatScene, sceneBuilder, sigmoid } from "./splatScene.ts";

export async function readSog(bytes: Bytes, options: SceneOptions, beside: Beside): Promise<SplatScene> {
  const { meta, image, working } = await sogFiles(bytes, options, beside);
  const builder = sceneBuilder(bytes.name, "sog", meta.count, working, options);
  const { row, add } = builder;
  const low = await image(meta.means.files[0]);
  const high = await image(meta.means.files[1]);
  const quats = await image(meta.quats.files[0]);
  const scales = await image(meta.scales.files[0]);
  const colours = await image(meta.sh0.files[0]);
  const scaleOf = decoder(meta.scales);
  const colourOf = decoder(meta.sh0);
  const { mins, maxs } = meta.means;
  for (let i = 0, at = 0; i < meta.count; i++, at += 4) {
    for (let k = 0; k < 3; k++) {
      const t = (low[at + k] + 256 * high[at + k]) / 65535;
      const v = mins[k] + (maxs[k] - mins[k]) * t;
      row[k] = Math.sign(v) * Math.expm1(Math.abs(v));
      row[3 + k] = Math.exp(scaleOf(scales[at + k], k));
      row[11 + k] = 0.5 + harmonic0 * colourOf(colours[at + k], k);
    }
    unpackRotation(quats, at, row);
    row[10] = meta.version === 1 ? sigmoid(colourOf(colours[at + 3], 3)) : colours[at + 3] / 255;
    add();
  }
  return builder.finish();
}

/** A byte as an entry of the code book (version 2) or between the bounds of its channel (version 1). */
function decoder(part: SogMeta["scales"]): (byte: number, channel: number) => number {
  const { codebook, mins, maxs } = part;
  if (codebook !== undefined) return (byte) => codebook[byte];
  return (byte, channel) => mins[channel] + ((maxs[channel] - mins[channel]) * byte) / 255;
}

/** The fourth byte, 252 to 255, says which of w x y z is the largest; the others follow in order. Anything else is no rotation. */
function unpackRotation(quats: SogImage, at: number, row: Float64Array): void {
  const largest = quats[at + 3] - 252;
  let rest = 1;
  for (let k = 0, from = at; k < 4; k++) {
    if (k === largest || largest < 0) continue;
    const value = ((quats[from++] / 255) * 2 - 1) * Math.SQRT1_2;
    row[6 + k] = value;
    rest -= value * value;
  }
  if (largest < 0) row.fill(0, 6, 10);
  else row[6 + largest] = Math.sqrt(Math.max(0, rest));
}
