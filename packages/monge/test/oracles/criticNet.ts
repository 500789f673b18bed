// Critics as they are written: one scalar at a time in f64, the penalised loss differentiated twice, knowing nothing of fixed masks.
// L(w) = -(mean u(x_i) - mean u(y_i)) + lambda mean (|grad u(z_i)| - 1)_+^2 with z_i = x_i + t_i (y_i - x_i).
import { add, constant, derivatives, leaky, multiply, root, type Scalar, scale, total } from "./scalarGradient.ts";

export type OracleLayer =
  | { readonly kind: "dense"; readonly units: number }
  | {
      readonly kind: "convolution";
      readonly channels: number;
      readonly size: number;
      readonly stride?: number;
      readonly padding?: number;
    }
  | { readonly kind: "averagePool"; readonly size: number }
  | { readonly kind: "leakyRelu"; readonly slope?: number };

/** `input`: [d] or [channels, height, width]; images are channel by channel, row by row. */
export interface OracleNet {
  readonly input: readonly number[];
  readonly layers: readonly OracleLayer[];
}

export interface OracleLoss {
  /** L(w). */
  readonly loss: number;
  /** mean u(x) - mean u(y). */
  readonly value: number;
  /** mean (|grad u(z)| - 1)_+^2, without lambda. */
  readonly penalty: number;
  /** |grad u(z_i)|. */
  readonly gradientNorms: number[];
  /** dL/dw, in the order of the weights. */
  readonly weightGradient: Float64Array;
}

/**
 * The critic of `net` with `weights`: layer by layer, first the matrix, then the bias. Dense: units x inputs, row by row;
 * convolution: channels x input channels x size x size. Convolutions correlate (no flip), padding is by zeros, pooling has stride `size`
 * and leaves a rest at the border out.
 */
export function criticOracle(
  net: OracleNet,
  weights: ArrayLike<number>,
): {
  values(points: ArrayLike<number>): number[];
  gradients(points: ArrayLike<number>): number[];
  loss(x: ArrayLike<number>, y: ArrayLike<number>, t: ArrayLike<number>, lambda: number): OracleLoss;
} {
  const d = net.input.reduce((product, size) => product * size, 1);
  const w = Array.from(weights, constant);
  const point = (points: ArrayLike<number>, i: number): Scalar[] =>
    Array.from({ length: d }, (_, k) => constant(points[i * d + k]));
  const u = (x: readonly Scalar[]): Scalar => forward(net, w, x);
  const mean = (all: readonly Scalar[]): Scalar => scale(1 / all.length, total(all));
  return {
    values: (points) => Array.from({ length: points.length / d }, (_, i) => u(point(points, i)).value),
    gradients: (points) =>
      Array.from({ length: points.length / d }, (_, i) => {
        const x = point(points, i);
        return derivatives(u(x), x).map(({ value }) => value);
      }).flat(),
    loss(x, y, t, lambda) {
      const each = Array.from({ length: t.length }, (_, i) => i);
      const value = add(mean(each.map((i) => u(point(x, i)))), scale(-1, mean(each.map((i) => u(point(y, i))))));
      const norms = each.map((i) => {
        const z = Array.from({ length: d }, (_, k) => {
          const [from, to] = [x[i * d + k], y[i * d + k]];
          return constant(from + t[i] * (to - from));
        });
        return root(total(derivatives(u(z), z).map((part) => multiply(part, part))));
      });
      const penalty = mean(
        norms.map((norm) => {
          const over = leaky(add(norm, constant(-1)), 0);
          return multiply(over, over);
        }),
      );
      const loss = add(scale(-1, value), scale(lambda, penalty));
      return {
        loss: loss.value,
        value: value.value,
        penalty: penalty.value,
        gradientNorms: norms.map((norm) => norm.value),
        weightGradient: Float64Array.from(derivatives(loss, w), (part) => part.value),
      };
    },
  };
}

function forward(net: OracleNet, w: readonly Scalar[], input: readonly Scalar[]): Scalar {
  let x = [...input];
  let [channels, height, width] = net.input.length === 3 ? net.input : [net.input[0], 1, 1];
  let at = 0;
  for (const layer of net.layers) {
    if (layer.kind === "leakyRelu") {
      const { slope = 0.2 } = layer;
      x = x.map((value) => leaky(value, slope));
    } else if (layer.kind === "dense") {
      const n = x.length;
      const from = x;
      const begin = at;
      x = Array.from({ length: layer.units }, (_, j) =>
        add(w[begin + layer.units * n + j], total(from.map((value, k) => multiply(w[begin + j * n + k], value)))),
      );
      at += layer.units * (n + 1);
      [channels, height, width] = [layer.units, 1, 1];
    } else if (layer.kind === "averagePool") {
      const { size } = layer;
      const [rows, cols] = [Math.floor(height / size), Math.floor(width / size)];
      const out: Scalar[] = [];
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < cols; j++) {
            const window: Scalar[] = [];
            for (let a = 0; a < size; a++)
              for (let b = 0; b < size; b++) window.push(x[(c * height + i * size + a) * width + j * size + b]);
            out.push(scale(1 / size ** 2, total(window)));
          }
      x = out;
      [height, width] = [rows, cols];
    } else {
      const { size, stride = 1, padding = 0 } = layer;
      const rows = Math.floor((height + 2 * padding - size) / stride) + 1;
      const cols = Math.floor((width + 2 * padding - size) / stride) + 1;
      const bias = at + layer.channels * channels * size * size;
      const out: Scalar[] = [];
      for (let o = 0; o < layer.channels; o++)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < cols; j++) {
            let sum = w[bias + o];
            for (let c = 0; c < channels; c++)
              for (let a = 0; a < size; a++)
                for (let b = 0; b < size; b++) {
                  const [row, col] = [i * stride + a - padding, j * stride + b - padding];
                  if (row < 0 || row >= height || col < 0 || col >= width) continue;
                  const weight = w[at + ((o * channels + c) * size + a) * size + b];
                  sum = add(sum, multiply(weight, x[(c * height + row) * width + col]));
                }
            out.push(sum);
          }
      x = out;
      at = bias + layer.channels;
      [channels, height, width] = [layer.channels, rows, cols];
    }
  }
  if (x.length !== 1 || at !== w.length) throw new Error(`${x.length} outputs, ${at} of ${w.length} weights used`);
  return x[0];
}
