// The page docs/benchmarks/potential.md from bench/results/potential.json.
import type { PotentialFile, PotentialRow } from "./row.ts";

/** The page. */
export function potentialPage({ machine, rows }: PotentialFile): string {
  const failed = rows.filter(({ met }) => !met);
  return [
    "# Benchmarks: potential",
    "",
    "Made by `npm run bench -- potential` from `bench/results/potential.json`; the cases are in `bench/potential/cases.ts`.",
    "",
    `${[...new Set(rows.map(({ date }) => date))].sort().join(", ")}; ${machine.cpu}, one thread, Node ${machine.node}.`,
    "",
    "Pairs of continuous laws whose W1 and potential are known, built as in Korotin, Kolesov and Burnaev, *Kantorovich Strikes Back!* (NeurIPS 2022):",
    "the potential is u(x) = min over n of |x - a_n| + b_n, with centres a_n uniform in [-2.5, 2.5]^d and b_n normal of deviation 0.1. The target y is",
    "uniform in the cube; the source is y pulled along its ray towards the centre of its funnel, from the share t of the ray's length to t^8. The",
    "ray's length ends where another funnel is lower or at the wall of the cube. Centres are drawn by our generator, so the pairs are of the paper's",
    "law, not its very pairs. For pictures the target is a handwritten digit with noise of deviation 0.01 in [-1.2, 1.2]^784, and t goes to t^10.",
    "",
    "A critic is trained on fresh samples of both sides (`trainCritic`). The ratio is that of mean u(x) - mean u(y) on 16384 fresh samples to W1, as in the",
    "paper; `corrected` is the library's estimate, without what slopes above 1 add. The cosine is the mean over 4096 points of the source between the learned",
    "and the true gradient. Required is the paper's row of WGAN-LP, which took 40000 steps of 1024 points with lambda 10.",
    "Where lambda, the weight of the penalty, is less, slopes exceed 1 by more and the ratio is higher for it; `corrected` takes that out again, and",
    "`npm run bench -- potential --penalty 10` prints what the paper's lambda gives.",
    "",
    failed.length === 0
      ? `All ${rows.length} rows meet what they require.`
      : `${rows.length - failed.length} of ${rows.length} rows meet what they require; not: ${failed.map(({ name }) => `\`${name}\``).join(", ")}.`,
    "",
    "| case | net | steps x batch | lambda | W1 | ratio, each seed | error | required | cosine, each seed | mean | required | corrected | CPU s | |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map(line),
    "",
  ].join("\n");
}

function line(row: PotentialRow): string {
  const { title, net, steps, batch, penalty, truth, runs, error, cosine, require, met } = row;
  const each = (values: readonly number[], digits = 3): string =>
    values.map((value) => value.toFixed(digits)).join(", ");
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const wanted =
    require.ratio === undefined
      ? `at most ${percent(require.error ?? Infinity)}`
      : `ratio in [${require.ratio.join(", ")}]`;
  return `| ${[
    title,
    net,
    `${steps} x ${batch}`,
    penalty,
    `${truth.value.toFixed(4)} (${truth.standardError.toFixed(4)})`,
    each(runs.map(({ dual }) => dual / truth.value)),
    percent(error),
    wanted,
    each(runs.map((run) => run.cosine)),
    cosine.toFixed(3),
    require.cosine === undefined ? "" : `at least ${require.cosine}`,
    each(runs.map(({ estimate }) => estimate / truth.value)),
    each(
      runs.map(({ seconds }) => seconds),
      0,
    ),
    met ? "met" : "**not met**",
  ].join(" | ")} |`;
}
