// The page about the speed of a critic's step, docs/benchmarks/potential-speed.md, from bench/results/potential-speed.json.
import { speedCases } from "./cases.ts";
import type { SpeedFile, SpeedRow } from "./row.ts";

/** The page. */
export function speedPage({ machine, date, load, rounds, flops, rows }: SpeedFile): string {
  const required = rows.filter(({ required }) => required !== null);
  const failed = required.filter(({ met }) => !met);
  return [
    "# Benchmarks: one step of a critic",
    "",
    "Made by `npm run bench -- potential-speed` from `bench/results/potential-speed.json`; the cases are in `bench/potentialSpeed/cases.ts`.",
    "",
    `${date}; ${machine.cpu}, Node ${machine.node}, load ${load}. CPU seconds of the process, one thread, median (min, max) of ${rounds} rounds in which the contenders take turns;`,
    "the ratio is the median over the rounds of a contender's seconds over ours (the plain build) in the same round: above 1 ours is faster.",
    "",
    "A step is the penalised loss on 64 points a side, its gradient by the weights, and Adam. The weights are so large that every point pays the penalty, the most work for ours",
    "(others do it whatever the points). `gradient`: the largest deviation of the weight gradient from ours, relative to its largest entry; ours is held to an",
    "oracle that differentiates twice, and to JAX in f64, by the tests.",
    "",
    failed.length === 0
      ? `All ${required.length} required ratios are met.`
      : `${required.length - failed.length} of ${required.length} required ratios are met; not: ${failed.map(({ name }) => name).join(", ")}.`,
    "",
    ...speedCases.flatMap(({ name, title }) =>
      table(
        title,
        rows.filter((row) => row.case === name),
      ),
    ),
    "## The product of matrices",
    "",
    "192 x 784 times 784 x 256, in all three orders that a step needs, against a loop of multiplications and additions in registers:",
    "",
    "| build | loop in registers, GFlop/s | A B | A B^T | A^T B |",
    "|---|---|---|---|---|",
    ...Object.entries(flops).map(([build, { peak, product }]) => {
      const cells = Object.values(product).map((value) => `${giga(value)} (${Math.round((100 * value) / peak)} %)`);
      return `| ${build} | ${[giga(peak), ...cells].join(" | ")} |`;
    }),
    "",
  ].join("\n");
}

function table(title: string, rows: readonly SpeedRow[]): string[] {
  return [
    `## ${title[0].toUpperCase()}${title.slice(1)}`,
    "",
    "| contender | ms a step | ratio | required | gradient |",
    "|---|---|---|---|---|",
    ...rows.map(line),
    "",
    ...rows.flatMap(({ name, why }) => (why === undefined ? [] : [`${name}: ${why.replace(/\.$/, "")}.`, ""])),
    ...rows.flatMap(({ name, version, deviation }) =>
      deviation === null || deviation < 1e-3
        ? []
        : [`${name} (${version}) computes another gradient: off by ${deviation.toFixed(2)} of the largest entry.`, ""],
    ),
  ];
}

function line({ name, version, part, cpu, ratio, deviation, required, met }: SpeedRow): string {
  const ms = (seconds: number): string => (1e3 * seconds).toPrecision(3);
  const cells = [
    `${name} ${name.startsWith("monge") ? "" : version}`.trim() + (part === undefined ? "" : ` (only ${part})`),
    cpu === null ? "not measured" : `${ms(cpu.median)} (${ms(cpu.min)}, ${ms(cpu.max)})`,
    ratio === null ? "" : ratio.toPrecision(3),
    required === null ? "" : `${required}: ${met ? "met" : "**not met**"}`,
    deviation === null ? "" : deviation === 0 ? "0" : deviation.toExponential(1),
  ];
  return `| ${cells.join(" | ")} |`;
}

function giga(value: number): string {
  return (value / 1e9).toFixed(1);
}
