// Mean steps against steps to the ends of rays, by exact W1 between samples. Usage: node --import tsx bench/potential/mapRun.ts [--case REGEX] [--write]
import { parseArgs } from "node:util";
import { cost, emd, type Matrix, type MatrixLike, random } from "monge";
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

const variants: readonly W1MapOptions[] = [{ theta: 1 }, { theta: 0.9 }, { theta: 0.5 }, { theta: 1, step: "ray" }];

/** Exact W1 between clouds. */
function distance(x: MatrixLike, y: MatrixLike): number {
  return emd(null, null, cost.points(x, y, "euclidean")).value;
}

function drawn(sampler: Sampler, stream: number): Matrix {
  const rows = 256;
  const out = new Float32Array(2 * rows);
  sampler.draw(rows, random(7, stream), out);
  return { data: Float64Array.from(out), rows, cols: 2 };
}

const rows: MapRow[] = [];
for (const [name, [source, target]] of Object.entries(cases)) {
  if (!new RegExp(flags.case).test(name)) continue;
  const [x, y, again] = [drawn(source, 0), drawn(target, 1), drawn(target, 2)];
  const [before, floor] = [distance(x, y), distance(again, y)];
  for (const variant of variants) {
    const map = w1Map(source, target, { net: mlp(2, [64, 64]), critics: 5, steps: 400, poolPoints: 4096, ...variant });
    const [first, after] = [1, 5].map((critics) => distance(map.apply(x, { critics }), y));
    const end = map.apply(x);
    const lengths = Float64Array.from({ length: x.rows }, (_, i) =>
      Math.hypot(end.data[2 * i] - x.data[2 * i], end.data[2 * i + 1] - x.data[2 * i + 1]),
    );
    const moved = lengths.reduce((sum, length) => sum + length, 0) / x.rows;
    const { theta = 0.9, step = "mean", pool = "push" } = variant;
    rows.push({ case: name, step, theta, pool, critics: 5, before, first, after, floor, moved });
    console.log(JSON.stringify(rows.at(-1)));
  }
}
if (flags.write) {
  const command = "node --import tsx bench/potential/mapRun.ts --write";
  keep("potentialMaps", command, rows, (row) => `${row.case} ${row.step} ${row.theta} ${row.pool}`);
}
