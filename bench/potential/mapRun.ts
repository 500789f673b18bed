// Mean steps against steps to the ends of rays, by exact W1 between samples. Usage: node --import tsx bench/potential/mapRun.ts [--case REGEX] [--write]
import { parseArgs } from "node:util";
import { mlp, type Sampler, type W1MapOptions, w1Map } from "monge/potential";
import { keep, type MapRow } from "./page.ts";

const { values: flags } = parseArgs({
  options: { case: { type: "string", default: "." }, write: { type: "boolean", default: false } },
});

/** A law of the plane that draws one point at a time. */
function plane(one: (normal: () => number, uniform: () => number) => readonly [number, number]): Sampler {
  return {
    shape: [2],
    draw(count, rng, out) {
      for (let i = 0; i < count; i++) out.set(one(rng.normal, rng.uniform), 2 * i);
    },
  };
}

const onCircle = (radius: number): Sampler =>
  plane((_, uniform) => {
    const angle = 2 * Math.PI * uniform();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });

const cases: Readonly<Record<string, readonly [source: Sampler, target: Sampler]>> = {
  "circle to half of it": [onCircle(2), onCircle(1)],
  "Gaussian to 8 spots": [
    plane((normal) => [0.3 * normal(), 0.3 * normal()]),
    plane((normal, uniform) => {
      const angle = (Math.floor(8 * uniform()) * Math.PI) / 4;
      return [Math.cos(angle) + 0.1 * normal(), Math.sin(angle) + 0.1 * normal()];
    }),
  ],
  "near and far": [
    plane((normal, uniform) => [-0.8 + 0.05 * normal(), 2 * uniform() - 1]),
    plane((normal, uniform) => {
      const height = 2 * uniform() - 1;
      return [(height < 0 ? -0.4 : 0.6) + 0.05 * normal(), height];
    }),
  ],
};

const variants: readonly W1MapOptions[] = [
  { theta: 1 },
  { theta: 0.9 },
  { theta: 0.5 },
  { theta: 0.9, pool: "through" },
  { theta: 1, step: "ray" },
];

const rows: MapRow[] = [];
for (const [name, [source, target]] of Object.entries(cases)) {
  if (!new RegExp(flags.case).test(name)) continue;
  for (const variant of variants) {
    const map = w1Map(source, target, { net: mlp(2, [64, 64]), critics: 5, steps: 500, ...variant });
    const one = w1Map(source, target, { net: mlp(2, [64, 64]), critics: 1, firstSteps: 1000, ...variant });
    const { before, estimate, floor, moved } = map.certify({ count: 256 });
    const { theta = 0.9, step = "mean", pool = "push" } = variant;
    const first = one.certify({ count: 256 }).estimate;
    rows.push({ case: name, step, theta, pool, critics: 5, before, first, after: estimate, floor, moved });
    console.log(JSON.stringify(rows.at(-1)));
  }
}
if (flags.write) {
  const command = "node --import tsx bench/potential/mapRun.ts --write";
  keep("potentialMaps", command, rows, (row) => `${row.case} ${row.step} ${row.theta} ${row.pool}`);
}
