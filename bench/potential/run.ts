// Trains critics on pairs whose W1 and potential are known, and writes bench/results/potential.json.
// Usage: node --import tsx bench/potential/run.ts [--case REGEX] [--seeds N] [--penalty LAMBDA]; with a penalty of its own it only prints.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { random } from "monge";
import { type Critic, type NetDescription, trainCritic } from "monge/potential";
import { keepRow } from "../resultFile.ts";
import { mean } from "../statistics.ts";
import { type PotentialCase, potentialCases } from "./cases.ts";
import { digitsTarget } from "./digits.ts";
import { type MinFunnelPair, minFunnelPair } from "./minFunnel.ts";
import type { PotentialRow, PotentialRun } from "./row.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    seeds: { type: "string", default: "3" },
    penalty: { type: "string" },
  },
});
const path = fileURLToPath(new URL("../results/potential.json", import.meta.url));
// The seed of the pairs themselves.
const pairSeed = 987;

function pairOf({ dimension, funnels, power, digits }: PotentialCase): MinFunnelPair {
  const options = { dimension, funnels, power, seed: pairSeed };
  return minFunnelPair(
    digits === true ? { ...options, halfWidth: 1.2, centreHalfWidth: 1, drawTarget: digitsTarget() } : options,
  );
}

function train(matchCase: PotentialCase, pair: MinFunnelPair, seed: number): PotentialRun {
  const { net, steps, batch, learningRate, decay } = matchCase;
  const penalty = Number(flags.penalty ?? matchCase.penalty);
  const begin = process.cpuUsage();
  const { critic, w1 } = trainCritic(pair.source, pair.target, {
    net,
    steps,
    batch,
    learningRate,
    decay,
    penalty,
    betas: [0.9, 0.99],
    seed,
    evaluationPoints: 16384,
  });
  const { user, system } = process.cpuUsage(begin);
  const { dual, estimate, standardError, slope } = w1;
  return {
    seed,
    dual,
    estimate,
    standardError,
    cosine: cosine(critic, pair, seed),
    slope: { mean: slope.mean, max: slope.max },
    seconds: (user + system) / 1e6,
  };
}

/** The mean cosine between the learned and the true gradient at 4096 fresh points of the source. */
function cosine(critic: Critic, pair: MinFunnelPair, seed: number): number {
  const count = 4096;
  const d = pair.dimension;
  const points = { data: pair.plan(count, random(seed + 0.25)).x, rows: count, cols: d };
  const learned = critic.evaluate(points).gradients.data;
  const truth = pair.potential.evaluate(points).gradients.data;
  let total = 0;
  for (let i = 0; i < count; i++) {
    let [product, left, right] = [0, 0, 0];
    for (let k = i * d; k < (i + 1) * d; k++) {
      product += learned[k] * truth[k];
      left += learned[k] ** 2;
      right += truth[k] ** 2;
    }
    if (left > 0 && right > 0) total += product / Math.sqrt(left * right);
  }
  return total / count;
}

function rowOf(of: PotentialCase, truth: PotentialRow["truth"], runs: readonly PotentialRun[]): PotentialRow {
  const { name, title, net, steps, batch, learningRate, penalty, require } = of;
  const ratios = runs.map(({ dual }) => dual / truth.value);
  const error = mean(ratios.map((ratio) => Math.abs(ratio - 1)));
  const ratio = mean(ratios);
  const cosine = mean(runs.map((run) => run.cosine));
  const [low, high] = require.ratio ?? [0, Infinity];
  const met =
    error <= (require.error ?? Infinity) &&
    cosine >= (require.cosine ?? -1) &&
    ratios.every((value) => value >= low && value <= high);
  const date = new Date().toISOString().slice(0, 10);
  return {
    name,
    title,
    net: described(net),
    steps,
    batch,
    learningRate,
    penalty,
    truth,
    runs,
    error,
    ratio,
    cosine,
    require,
    met,
    date,
  };
}

/** 128-1024-1. */
function described({ input, layers }: NetDescription): string {
  const units = layers.flatMap((layer) => (layer.kind === "dense" ? [layer.units] : []));
  return [input.join("x"), ...units].join("-");
}

const names = potentialCases.map(({ name }) => name);

for (const chosen of potentialCases.filter(({ name }) => new RegExp(flags.case).test(name))) {
  const pair = pairOf(chosen);
  const truth = pair.distance(40000, pairSeed + 0.5);
  const runs: PotentialRun[] = [];
  for (let seed = 1; seed <= Number(flags.seeds); seed++) {
    runs.push(train(chosen, pair, seed));
    if (flags.penalty === undefined) keepRow(path, names, rowOf(chosen, truth, runs));
    const { dual, estimate, cosine, seconds } = runs[runs.length - 1];
    console.log(
      `${chosen.name.padEnd(16)} seed ${seed}  ratio ${(dual / truth.value).toFixed(3)}  corrected ${(estimate / truth.value).toFixed(3)}  cosine ${cosine.toFixed(3)}  ${seconds.toFixed(0)} s`,
    );
  }
}
