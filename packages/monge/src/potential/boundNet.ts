// A net in kernel memory: weights, activations and deltas of up to `rows` points, and the passes through its stages.
// Deltas are gradients of the output by what enters a stage's LeakyReLU; the activations are their own masks.
import { OtError } from "../errors/otError.ts";
import type { Workspace } from "../kernels/workspace.ts";
import { type Stage, type Stages, volume } from "./stages.ts";

/** Addresses count bytes. `activations[l]` enters stage l, `deltas[l]` is the delta of its output; one row a point. */
export interface BoundNet {
  readonly stages: readonly Stage[];
  readonly rows: number;
  readonly weights: number;
  readonly activations: readonly number[];
  readonly deltas: readonly number[];
  /** `to` = stage l of `from`; without its bias where `tangent`. */
  linear(l: number, from: number, to: number, rows: number, tangent?: boolean): void;
  /** The LeakyReLU behind stage l on all `rows` rows. */
  activate(l: number, rows: number): void;
  /** The values of the output's stage, in f64, of the first `rows` rows. */
  outputs(rows: number): Float64Array;
  /** From the deltas of the output (before its LeakyReLU) down to those of stage 0. */
  backward(rows: number): void;
  /** The transpose of stage l. */
  transposed(l: number, delta: number, to: number, rows: number): void;
  /** Adds the gradients of stage l's matrix and bias: from `rows` rows, and from the first `biased` of them. */
  addGradients(l: number, gradient: number, rows: number, biased: number): void;
  /** Points, pictures channels first, into the first input rows from `row` on; and rows of gradients back. */
  write(points: ArrayLike<number>, begin: number, rows: number, row: number): void;
  read(address: number, rows: number, out: Float64Array, begin: number): void;
}

/** Bytes of the buffers of a net, without the scratch of its convolutions. */
function bufferBytes({ dimension, stages, parameters }: Stages, rows: number): number {
  const widths = stages.reduce((sum, { to }) => sum + volume(to), 0);
  return 4 * (parameters + rows * (2 * widths + 2 * dimension + 2));
}

/** Throws `OutOfMemory` with the bytes where a net with `rows` rows, and `more` bytes beside it, does not fit into kernel memory. */
export function requireMemory(stages: Stages, rows: number, more = 0): void {
  const bytes = bufferBytes(stages, rows) + more;
  if (bytes <= 2 ** 32 - 2 ** 26) return;
  throw new OtError(
    "OutOfMemory",
    `This net needs ${(bytes / 1e9).toFixed(2)} GB of kernel memory; WebAssembly ends at 4.29 GB.`,
    {
      argument: "net",
      seen: bytes,
      cure: "Take a smaller batch, fewer units or channels, or a stride that shrinks the picture earlier.",
    },
  );
}

/** Lays a net out in a workspace, for `rows` points at a time. Weights are in inner order, and not yet set. */
export function bindNet(workspace: Workspace, net: Stages, rows: number): BoundNet {
  requireMemory(net, rows);
  const { call } = workspace;
  const { stages, dimension, input } = net;
  const last = stages.length - 1;
  const floats = (count: number): number => workspace.alloc(4 * count);
  const weights = floats(net.parameters + 4);
  const activations = [floats(rows * dimension), ...stages.map(({ to }) => floats(rows * volume(to)))];
  const deltas = stages.map(({ to }) => floats(rows * volume(to)));
  const values = workspace.alloc(8 * rows);
  const geometries = stages.map(({ kind, from, to, size, stride, padding }) => {
    if (kind !== "convolution") return 0;
    const at = workspace.alloc(36);
    const numbers = [from.height, from.width, from.channels, size, stride, padding, to.height, to.width, to.channels];
    workspace.i32(at, 9).set(numbers);
    return at;
  });
  const scratchBytes = geometries.map((at) => (at === 0 ? call["productBytes"]() : call["convolutionBytes"](at)));
  const scratch = workspace.alloc(Math.max(...scratchBytes));
  const turned = floats(input.channels > 1 && volume(input) > input.channels ? rows * dimension : 0);
  const matrixOf = (l: number): number => weights + 4 * stages[l].at;
  const biasOf = (l: number): number => matrixOf(l) + 4 * stages[l].weights;

  const linear: BoundNet["linear"] = (l, from, to, count, tangent = false) => {
    const { kind, from: before, to: after, size } = stages[l];
    if (kind === "averagePool") {
      call["averagePool"](from, to, before.height, before.width, before.channels, size, count);
      return;
    }
    const places = after.height * after.width;
    if (tangent) workspace.f32(to, count * volume(after)).fill(0);
    else call["fillRows"](to, biasOf(l), after.channels, count * places);
    if (kind === "convolution") call["convolve"](geometries[l], from, matrixOf(l), to, count, scratch);
    else {
      const [m, n] = [volume(before), after.channels];
      call["product"](from, m, 1, matrixOf(l), 1, m, to, n, count, n, m, scratch);
    }
  };

  const transposed: BoundNet["transposed"] = (l, delta, to, count) => {
    const { kind, from: before, to: after, size } = stages[l];
    if (kind === "averagePool") {
      call["averagePoolBack"](delta, to, before.height, before.width, before.channels, size, count);
    } else if (kind === "convolution") {
      call["convolveBack"](geometries[l], delta, matrixOf(l), to, count, scratch);
    } else {
      const [m, n] = [volume(before), after.channels];
      workspace.f32(to, count * m).fill(0);
      call["product"](delta, n, 1, matrixOf(l), m, 1, to, m, count, m, n, scratch);
    }
  };

  const mask = (l: number, count: number): void => {
    const { slope, to } = stages[l];
    if (slope !== null) call["masked"](deltas[l], activations[l + 1], count * volume(to), slope);
  };

  return {
    stages,
    rows,
    weights,
    activations,
    deltas,
    linear,
    transposed,
    activate(l, count) {
      const { slope, to } = stages[l];
      if (slope !== null) call["leaky"](activations[l + 1], count * volume(to), slope);
    },
    outputs(count) {
      const { kind, slope, from } = stages[last];
      if (kind !== "dense" || slope !== null) return Float64Array.from(workspace.f32(activations[last + 1], count));
      const [bias] = workspace.f32(biasOf(last), 1);
      call["outputs"](activations[last], matrixOf(last), bias, count, volume(from), values);
      return workspace.f64(values, count).slice();
    },
    backward(count) {
      mask(last, count);
      for (let l = last; l > 0; l--) {
        transposed(l, deltas[l], deltas[l - 1], count);
        mask(l - 1, count);
      }
    },
    addGradients(l, gradient, count, biased) {
      const { kind, from, to, at, weights: length } = stages[l];
      if (kind === "averagePool") return;
      const matrix = gradient + 4 * at;
      if (kind === "convolution") {
        call["convolveWeights"](geometries[l], activations[l], deltas[l], matrix, count, scratch);
      } else {
        const [m, n] = [volume(from), to.channels];
        call["product"](deltas[l], 1, n, activations[l], m, 1, matrix, m, n, m, count, scratch);
      }
      call["columnSums"](deltas[l], biased * to.height * to.width, to.channels, matrix + 4 * length);
    },
    write(points, begin, count, row) {
      const to = activations[0] + 4 * row * dimension;
      const flat = volume(input) === input.channels || input.channels === 1;
      const view = workspace.f32(flat ? to : turned, count * dimension);
      for (let k = 0, at = begin * dimension; k < view.length; k++, at++) view[k] = points[at];
      if (!flat) call["swapAxes"](turned, to, input.channels, input.height * input.width, count);
    },
    read(address, count, out, begin) {
      const flat = volume(input) === input.channels || input.channels === 1;
      if (!flat) call["swapAxes"](address, turned, input.height * input.width, input.channels, count);
      out.set(workspace.f32(flat ? address : turned, count * dimension), begin * dimension);
    },
  };
}

/** u and its gradient at points, `bound.rows` at a time; each row's bits do not depend on the others. Throws `InvalidValue` where f32 overflows. */
export function evaluateNet(
  workspace: Workspace,
  bound: BoundNet,
  points: ArrayLike<number>,
  count: number,
): { values: Float64Array; gradients: Float64Array } {
  const { stages, activations, deltas } = bound;
  const last = stages.length - 1;
  const dimension = volume(stages[0].from);
  const values = new Float64Array(count);
  const gradients = new Float64Array(count * dimension);
  for (let begin = 0; begin < count; begin += bound.rows) {
    const rows = Math.min(bound.rows, count - begin);
    bound.write(points, begin, rows, 0);
    for (let l = 0; l <= last; l++) {
      bound.linear(l, activations[l], activations[l + 1], rows);
      bound.activate(l, rows);
    }
    values.set(bound.outputs(rows), begin);
    workspace.f32(deltas[last], rows).fill(1);
    bound.backward(rows);
    bound.transposed(0, deltas[0], activations[0], rows);
    bound.read(activations[0], rows, gradients, begin);
  }
  if (!values.every(Number.isFinite) || !gradients.every(Number.isFinite)) {
    throw new OtError("InvalidValue", "The critic leaves the range of f32 at these points.", {
      argument: "points",
      cure: "Pass points of the size that it was trained on.",
    });
  }
  return { values, gradients };
}
