// A painted landscape, at noon and at dusk: two pictures whose colours correspond.
import type { Picture } from "../../src/image/index.ts";
import { random } from "../../src/index.ts";

type Colour = readonly [red: number, green: number, blue: number];

interface Light {
  readonly zenith: Colour;
  readonly horizon: Colour;
  readonly hills: Colour;
  readonly field: Colour;
  readonly sun: Colour;
}

export const noon: Light = {
  zenith: [0.25, 0.5, 0.85],
  horizon: [0.75, 0.87, 0.95],
  hills: [0.2, 0.35, 0.3],
  field: [0.45, 0.62, 0.2],
  sun: [1, 1, 0.9],
};
export const dusk: Light = {
  zenith: [0.12, 0.1, 0.3],
  horizon: [0.95, 0.5, 0.25],
  hills: [0.15, 0.1, 0.2],
  field: [0.3, 0.15, 0.15],
  sun: [1, 0.9, 0.5],
};

/** The landscape in this light, with noise by `seed`. */
export function landscape(width: number, height: number, light: Light, seed: number, max = 255): Picture {
  const generator = random(seed);
  const data = max > 255 ? new Uint16Array(width * height * 3) : new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
    const ridge = 0.55 + 0.08 * Math.sin(7 * x) + 0.05 * Math.sin(17 * x + 1);
    const halo = Math.min(1, Math.max(0, 1 - Math.hypot(x - 0.7, (y - 0.25) * 0.7) / 0.12));
    const noise = 0.02 * generator.normal();
    const depth = y < ridge ? y / ridge : (y - ridge) / (1 - ridge);
    const furrow = 1 + 0.25 * Math.sin(60 * y + 9 * Math.sin(8 * x)) * depth;
    for (let c = 0; c < 3; c++) {
      const sky = (1 - depth) * light.zenith[c] + depth * light.horizon[c];
      const shine = halo > 0.5 ? 1 : halo;
      const above = sky * (1 - shine) + shine * light.sun[c];
      const below = ((1 - depth) * light.hills[c] + depth * light.field[c]) * furrow;
      data[3 * i + c] = Math.round(max * Math.min(1, Math.max(0, (y < ridge ? above : below) + noise)));
    }
  }
  return { data, width, height, channels: 3, max };
}
