// The stages of a net: each linear layer with its shapes, the place of its weights, and the LeakyReLU behind it.
// Inside, pictures have channels last and a convolution's weights are patch x outputs; outside, both are in PyTorch's order.
import { OtError } from "../errors/otError.ts";
import type { Layer, NetDescription } from "./net.ts";

/** A picture, or a vector as a picture of one pixel. */
export interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A linear layer, checked, and the slope behind it (null: none). */
export interface Stage {
  readonly kind: "dense" | "convolution" | "averagePool";
  /** Its place in `net.layers`. */
  readonly layer: number;
  readonly from: Shape;
  readonly to: Shape;
  readonly slope: number | null;
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  /** Where its matrix begins among the weights, its length, and the length of the bias behind it. */
  readonly at: number;
  readonly weights: number;
  readonly biases: number;
}

/** A net that is known to fit together. */
export interface Stages {
  readonly input: Shape;
  /** Numbers of a point. */
  readonly dimension: number;
  readonly stages: readonly Stage[];
  /** How many weights, biases included. */
  readonly parameters: number;
}

/** Numbers of a shape. */
export function volume({ channels, height, width }: Shape): number {
  return channels * height * width;
}

/** Reads a net. Throws `InvalidShape` or `InvalidValue`, naming the layer that does not fit. */
export function readNet(net: NetDescription): Stages {
  const input = readInput(net.input);
  const stages: Stage[] = [];
  let at = 0;
  let from = input;
  net.layers.forEach((layer, k) => {
    if (layer.kind === "leakyRelu") {
      const last = stages.at(-1);
      if (last === undefined || last.slope !== null) {
        throw misfit(
          k,
          layer,
          "has no linear layer before it.",
          "Put it behind a dense, convolution or averagePool layer.",
        );
      }
      stages[stages.length - 1] = { ...last, slope: readSlope(layer.slope, k) };
      return;
    }
    const stage = readStage(layer, k, from, at);
    stages.push(stage);
    at += stage.weights + stage.biases;
    from = stage.to;
  });
  if (stages.length === 0 || volume(from) !== 1) {
    const seen = stages.length === 0 ? 0 : volume(from);
    throw new OtError("InvalidShape", `The last layer has ${seen} outputs.`, {
      argument: "net.layers",
      seen,
      cure: 'End with { kind: "dense", units: 1 }.',
    });
  }
  return { input, dimension: volume(input), stages, parameters: at };
}

function readInput(input: readonly number[]): Shape {
  if ((input.length !== 1 && input.length !== 3) || input.some((side) => !Number.isInteger(side) || side < 1)) {
    throw new OtError("InvalidShape", `net.input is [${input.join(", ")}].`, {
      argument: "net.input",
      seen: input,
      cure: "Pass [dimension] or [channels, height, width], whole numbers from 1.",
    });
  }
  return { channels: input[0], height: input[1] ?? 1, width: input[2] ?? 1 };
}

function readStage(layer: Exclude<Layer, { kind: "leakyRelu" }>, k: number, from: Shape, at: number): Stage {
  const base = {
    kind: layer.kind,
    layer: k,
    from,
    slope: null,
    size: 1,
    stride: 1,
    padding: 0,
    at,
    weights: 0,
    biases: 0,
  };
  switch (layer.kind) {
    case "dense": {
      const units = count(layer.units, "units", k, layer, 1);
      return {
        ...base,
        to: { channels: units, height: 1, width: 1 },
        weights: units * volume(from),
        biases: units,
      };
    }
    case "convolution": {
      const channels = count(layer.channels, "channels", k, layer, 1);
      const size = count(layer.size, "size", k, layer, 1, 9);
      const stride = count(layer.stride ?? 1, "stride", k, layer, 1);
      const padding = count(layer.padding ?? 0, "padding", k, layer, 0, size - 1);
      const side = (length: number): number => Math.floor((length + 2 * padding - size) / stride) + 1;
      const to = { channels, height: side(from.height), width: side(from.width) };
      if (to.height < 1 || to.width < 1) {
        throw misfit(
          k,
          layer,
          `has a window of ${size} pixels on ${picture(from)}.`,
          "Make the window smaller or pad.",
        );
      }
      return { ...base, to, size, stride, padding, weights: channels * from.channels * size * size, biases: channels };
    }
    case "averagePool": {
      const size = count(layer.size, "size", k, layer, 1);
      if (from.height % size !== 0 || from.width % size !== 0) {
        throw misfit(
          k,
          layer,
          `takes means of ${size} pixels on ${picture(from)}.`,
          "Choose a size that divides both sides.",
        );
      }
      const to = { channels: from.channels, height: from.height / size, width: from.width / size };
      return { ...base, to, size, stride: size };
    }
    default: {
      const { kind } = layer as { readonly kind: unknown };
      throw new OtError("InvalidValue", `Layer ${k} is of kind ${String(kind)}.`, {
        argument: `net.layers[${k}].kind`,
        seen: kind,
        cure: 'Use "dense", "convolution", "averagePool" or "leakyRelu".',
      });
    }
  }
}

function count(seen: number, name: string, k: number, { kind }: Layer, low: number, high = 1e6): number {
  if (Number.isInteger(seen) && seen >= low && seen <= high) return seen;
  throw new OtError("InvalidValue", `Layer ${k} (${kind}) has ${name} ${seen}.`, {
    argument: `net.layers[${k}].${name}`,
    seen,
    cure: `Pass a whole number from ${low} to ${high}.`,
  });
}

function readSlope(slope = 0.2, k: number): number {
  if (slope >= 0 && slope < 1) return slope;
  throw new OtError("InvalidValue", `Layer ${k} (leakyRelu) has slope ${slope}.`, {
    argument: `net.layers[${k}].slope`,
    seen: slope,
    cure: "Pass a slope from 0 to below 1.",
  });
}

function picture({ channels, height, width }: Shape): string {
  return `a picture of ${height} x ${width} pixels in ${channels} channels`;
}

function misfit(k: number, layer: Layer, what: string, cure: string): OtError {
  return new OtError("InvalidShape", `Layer ${k} (${layer.kind}) ${what}`, {
    argument: `net.layers[${k}]`,
    seen: layer,
    cure,
  });
}

/** For each weight inside, the place of the same weight outside; null where the orders agree. */
export function innerOrder({ stages, parameters }: Stages): Int32Array | null {
  const turned = stages.filter(({ kind, from, to }) =>
    kind === "convolution"
      ? volume(to) > 1 || volume(from) > 1
      : kind === "dense" && from.channels > 1 && volume(from) > from.channels,
  );
  if (turned.length === 0) return null;
  const order = Int32Array.from({ length: parameters }, (_, k) => k);
  for (const { kind, at, from, to, size } of turned) {
    const pixels = kind === "convolution" ? size * size : from.height * from.width;
    let k = at;
    if (kind === "convolution") {
      for (let p = 0; p < pixels; p++)
        for (let c = 0; c < from.channels; c++)
          for (let o = 0; o < to.channels; o++) order[k++] = at + (o * from.channels + c) * pixels + p;
    } else {
      for (let o = 0; o < to.channels; o++)
        for (let p = 0; p < pixels; p++)
          for (let c = 0; c < from.channels; c++) order[k++] = at + (o * from.channels + c) * pixels + p;
    }
  }
  return order;
}
