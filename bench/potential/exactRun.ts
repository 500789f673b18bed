// Trains critics on exactCases.ts and compares gradients and W1 with the truth. Usage:
// node --import tsx bench/potential/exactRun.ts [--case REGEX] [--dimension LIST] [--seeds N] [--write] [any number option of trainCritic: --steps N ..]
import { parseArgs } from "node:util";
import { type Random, random } from "monge";
import { mlp, type Sampler, type TrainOptions, trainCritic } from "monge/potential";
import { type ExactCase, exactCases } from "./exactCases.ts";
import { type ExactRow, keep } from "./page.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    dimension: { type: "string", default: "2,3,16,64" },
    seeds: { type: "string", default: "1" },
    widths: { type: "string", default: "128,128" },
    steps: { type: "string", default: "2000" },
    batch: { type: "string" },
    penalty: { type: "string" },
    learningRate: { type: "string", default: "1e-3" },
    decay: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

function side(it: ExactCase, d: number, of: "x" | "y"): Sampler {
  const [x, y] = [new Float64Array(d), new Float64Array(d)];
  return {
    shape: [d],
    draw(count, rng, out) {
      for (let i = 0; i < count; i++) {
        it.draw(d, rng, x, y);
        out.set(of === "x" ? x : y, i * d);
      }
    },
  };
}

function truthOf(it: ExactCase, d: number): number {
  if (it.distance !== undefined) return it.distance(d);
  const [x, y] = [new Float64Array(d), new Float64Array(d)];
  const rng = random(99);
  const count = 200_000;
  let total = 0;
  for (let i = 0; i < count; i++) {
    it.draw(d, rng, x, y);
    total += Math.hypot(...x.map((value, k) => value - y[k]));
  }
  return total / count;
}

/** Points on the rays of T, at a uniform share of up to 0.8 of the way, with the directions of their rays. */
function onRays(
  it: ExactCase,
  d: number,
  count: number,
  rng: Random,
): { points: Float64Array; directions: Float64Array } {
  const [x, y] = [new Float64Array(d), new Float64Array(d)];
  const [points, directions] = [0, 0].map(() => new Float64Array(count * d));
  for (let i = 0; i < count; ) {
    if (it.draw(d, rng, x, y).margin < 1) continue;
    const t = 0.8 * rng.uniform();
    const length = Math.hypot(...x.map((value, k) => value - y[k]));
    for (let k = 0; k < d; k++) {
      points[i * d + k] = x[k] + t * (y[k] - x[k]);
      directions[i * d + k] = (x[k] - y[k]) / length;
    }
    i++;
  }
  return { points, directions };
}

function measure(it: ExactCase, d: number, seed: number): ExactRow {
  const number = (name: "batch" | "penalty" | "learningRate" | "decay"): object =>
    flags[name] === undefined ? {} : { [name]: Number(flags[name]) };
  const options: TrainOptions = {
    net: mlp(d, flags.widths.split(",").map(Number)),
    steps: Number(flags.steps),
    seed,
    evaluationPoints: 16384,
    ...number("batch"),
    ...number("penalty"),
    ...number("learningRate"),
    ...number("decay"),
  };
  const { critic, w1 } = trainCritic(side(it, d, "x"), side(it, d, "y"), options);
  const rows = 2000;
  const { points, directions } = onRays(it, d, rows, random(1000 + seed));
  const { data } = critic.evaluate({ data: points, rows, cols: d }).gradients;
  const cosines = Float64Array.from({ length: rows }, (_, i) => {
    let [along, squares] = [0, 0];
    for (let k = i * d; k < (i + 1) * d; k++) {
      along += data[k] * directions[k];
      squares += data[k] * data[k];
    }
    return along / Math.sqrt(squares);
  }).sort();
  const { estimate, standardError, penalised, dual, slope } = w1;
  return {
    case: it.name,
    dimension: d,
    seed,
    widths: flags.widths,
    steps: Number(flags.steps),
    learningRate: Number(flags.learningRate),
    truth: truthOf(it, d),
    estimate,
    standardError,
    penalised,
    dual,
    slope: slope.mean,
    cosine: cosines.reduce((sum, value) => sum + value, 0) / rows,
    worst: cosines[Math.floor(rows / 20)],
  };
}

const command = "node --import tsx bench/potential/exactRun.ts --write --widths W --steps N --learningRate R";
for (const it of exactCases) {
  if (!new RegExp(flags.case).test(it.name)) continue;
  for (const d of flags.dimension.split(",").map(Number)) {
    if (!it.fits(d)) continue;
    for (let seed = 0; seed < Number(flags.seeds); seed++) {
      const row = measure(it, d, seed);
      if (flags.write) keep("potentialExact", command, [row], (each) => `${each.case} ${each.dimension} ${each.seed}`);
      const off = (value: number): string => `${(100 * (value / row.truth - 1)).toFixed(1)} %`.padStart(8);
      console.log(
        `${row.case.padEnd(22)} d ${String(d).padStart(2)} seed ${seed}: W1 ${row.truth.toFixed(4)}, estimate ${off(row.estimate)}, penalised ${off(row.penalised)}, dual ${off(row.dual)}, slope ${row.slope.toFixed(3)}, cosine ${row.cosine.toFixed(4)} (5 %: ${row.worst.toFixed(4)})`,
      );
    }
  }
}
