// Displacement interpolation between two images: at time t each moved mass sits at (1 - t) x_i + t y_j, splatted on the pixel grid.
// McCann, "A convexity principle for interacting gases", Adv. Math. 128 (1997); the splat is bilinear, so mass is kept.
import type { Scene } from "./scene.ts";

/** Density at time t on a grid of the given size; positions are scaled linearly between the two images' sizes. */
export function interpolate(scene: Scene, t: number, rows: number, columns: number): Float64Array {
  const { source, target, flows } = scene;
  const out = new Float64Array(rows * columns);
  const [sourceRows, sourceColumns] = source.grid ?? [rows, columns];
  const [targetRows, targetColumns] = target.grid ?? [rows, columns];
  const at = (index: number, size: number, wanted: number): number => ((index + 0.5) * wanted) / size - 0.5;
  for (let k = 0; k < flows.mass.length; k++) {
    const [i, j, mass] = [flows.i[k], flows.j[k], flows.mass[k]];
    const r =
      (1 - t) * at(Math.floor(i / sourceColumns), sourceRows, rows) +
      t * at(Math.floor(j / targetColumns), targetRows, rows);
    const c =
      (1 - t) * at(i % sourceColumns, sourceColumns, columns) + t * at(j % targetColumns, targetColumns, columns);
    const [r0, c0] = [Math.floor(r), Math.floor(c)];
    const [dr, dc] = [r - r0, c - c0];
    for (let corner = 0; corner < 4; corner++) {
      const [up, right] = [corner >> 1, corner & 1];
      const row = Math.min(rows - 1, Math.max(0, r0 + up));
      const column = Math.min(columns - 1, Math.max(0, c0 + right));
      out[row * columns + column] += mass * (up === 1 ? dr : 1 - dr) * (right === 1 ? dc : 1 - dc);
    }
  }
  return out;
}

/** One arrow: where the mass of a block of pixels starts on average and how far it goes, in pixels of the source. */
export interface Arrow {
  readonly row: number;
  readonly column: number;
  readonly down: number;
  readonly right: number;
  readonly mass: number;
}

/** Mean displacement of the mass that starts in each block of `block` x `block` source pixels. */
export function meanDisplacements(scene: Scene, block: number): Arrow[] {
  const { source, target, flows } = scene;
  const [rows, columns] = source.grid ?? [1, source.weights.length];
  const [targetRows, targetColumns] = target.grid ?? [1, target.weights.length];
  const [scaleRows, scaleColumns] = [rows / targetRows, columns / targetColumns];
  const across = Math.ceil(columns / block);
  const cells = Math.ceil(rows / block) * across;
  const sums = new Float64Array(5 * cells);
  for (let k = 0; k < flows.mass.length; k++) {
    const mass = flows.mass[k];
    const [r, c] = [Math.floor(flows.i[k] / columns), flows.i[k] % columns];
    const r1 = (Math.floor(flows.j[k] / targetColumns) + 0.5) * scaleRows - 0.5;
    const c1 = ((flows.j[k] % targetColumns) + 0.5) * scaleColumns - 0.5;
    const cell = 5 * (Math.floor(r / block) * across + Math.floor(c / block));
    sums[cell] += mass;
    sums[cell + 1] += mass * r;
    sums[cell + 2] += mass * c;
    sums[cell + 3] += mass * (r1 - r);
    sums[cell + 4] += mass * (c1 - c);
  }
  const arrows: Arrow[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const mass = sums[5 * cell];
    if (!(mass > 0)) continue;
    const mean = (entry: number): number => sums[5 * cell + entry] / mass;
    arrows.push({ row: mean(1), column: mean(2), down: mean(3), right: mean(4), mass });
  }
  return arrows;
}
