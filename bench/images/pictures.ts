// Pictures that need no files: painted clouds of color, and shapes on a grid.
import { random } from "monge";
import type { Picture } from "monge/image";

/** Smooth clouds of colour with noise: thousands of different colours. */
export function painting(width: number, height: number, seed: number, tint: readonly number[]): Picture {
  const chance = random(seed);
  const waves = Array.from({ length: 9 }, () => [4 * chance.normal(), 4 * chance.normal(), 6 * chance.uniform()]);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      for (let c = 0; c < 3; c++) {
        let value = tint[c];
        for (let k = 3 * c; k < 3 * c + 3; k++)
          value += 0.12 * Math.sin(waves[k][0] * (x / width) + waves[k][1] * (y / height) + waves[k][2]);
        data[at + c] = Math.min(255, Math.max(0, 255 * (value + 0.03 * (chance.uniform() - 0.5))));
      }
    }
  }
  return { data, width, height, channels: 3, max: 255 };
}

/** Every other pixel of a picture, from `first`, as a picture of one row. */
export function half({ data, width, height, channels, max }: Picture, first: 0 | 1): Picture {
  const count = (width * height) >> 1;
  const kept = new Uint8Array(count * channels);
  for (let i = 0; i < count; i++)
    kept.set(data.subarray((2 * i + first) * channels, (2 * i + first + 1) * channels), i * channels);
  return { data: kept, width: count, height: 1, channels, max };
}

/** A disc, a ring, a square and a cross, each of mass 1, on n x n cells. */
export function shapes(n: number): Float64Array[] {
  const inside: readonly ((x: number, y: number) => boolean)[] = [
    (x, y) => Math.hypot(x, y) < 0.3,
    (x, y) => Math.hypot(x, y) < 0.4 && Math.hypot(x, y) > 0.25,
    (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.28,
    (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.08 && Math.max(Math.abs(x), Math.abs(y)) < 0.4,
  ];
  return inside.map((holds) => {
    const cells = Float64Array.from({ length: n * n }, (_, i) =>
      holds((i % n) / (n - 1) - 0.5, Math.floor(i / n) / (n - 1) - 0.5) ? 1 : 0,
    );
    const total = cells.reduce((sum, value) => sum + value, 0);
    return cells.map((value) => value / total);
  });
}
