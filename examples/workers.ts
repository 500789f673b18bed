// Many solves side by side on a pool of workers: the answers are those of one thread, bit for bit.
import { cost, random, sinkhorn } from "monge";
import { createPool } from "monge/worker";

const draw = random(1);
const cloud = (n: number) => Array.from({ length: n }, () => [draw.uniform(), draw.uniform()]);
const clouds = Array.from({ length: 5 }, () => cloud(200));
const pairs = clouds.flatMap((x, i) => clouds.slice(i + 1).map((y) => cost.points(x, y)));

const pool = createPool({ threads: 2 });
const results = await Promise.all(pairs.map((C) => sinkhorn.async(null, null, C, { relativeEpsilon: 0.01, pool })));
console.log(
  `${results.length} pairs, ${results.filter(({ report }) => report.status === "converged").length} converged`,
);

const here = sinkhorn(null, null, pairs[3], { relativeEpsilon: 0.01 });
console.log(`the same bits as here: ${results[3].value === here.value}`);

const stop = new AbortController();
const aborted = sinkhorn.async(null, null, pairs[0], { relativeEpsilon: 1e-4, pool, signal: stop.signal });
stop.abort(new Error("no longer needed"));
await aborted.catch((reason: Error) => console.log(`aborted: ${reason.message}`));

await pool.close();
