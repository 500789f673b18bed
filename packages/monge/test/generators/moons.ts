// Two interleaved half circles of radius 1, noisy, a class each: the usual toy problem of domain adaptation. Rotated, they are another domain.
import { type Matrix, random } from "monge";

export interface LabelledSamples {
  readonly points: Matrix;
  readonly labels: number[];
}

/** `perClass` samples of each moon, turned by `degrees` about the middle. */
export function moons(perClass: number, degrees: number, seed: number, noise = 0.05): LabelledSamples {
  const { uniform, normal } = random(seed);
  const data = new Float64Array(4 * perClass);
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const labels: number[] = [];
  for (let i = 0; i < 2 * perClass; i++) {
    const label = i < perClass ? 0 : 1;
    const angle = Math.PI * uniform();
    const x = (label === 0 ? Math.cos(angle) - 0.5 : 0.5 - Math.cos(angle)) + noise * normal();
    const y = (label === 0 ? Math.sin(angle) - 0.25 : 0.25 - Math.sin(angle)) + noise * normal();
    data[2 * i] = c * x - s * y;
    data[2 * i + 1] = s * x + c * y;
    labels.push(label);
  }
  return { points: { data, rows: 2 * perClass, cols: 2 }, labels };
}

/** Share of `points` whose nearest of `known` has the same label. */
export function nearestAccuracy(
  known: Matrix,
  labels: readonly number[],
  points: Matrix,
  truth: readonly number[],
): number {
  let right = 0;
  for (let i = 0; i < points.rows; i++) {
    let [best, least] = [0, Infinity];
    for (let k = 0; k < known.rows; k++) {
      let square = 0;
      for (let c = 0; c < known.cols; c++)
        square += (known.data[k * known.cols + c] - points.data[i * points.cols + c]) ** 2;
      if (square < least) [best, least] = [k, square];
    }
    if (labels[best] === truth[i]) right++;
  }
  return right / points.rows;
}
