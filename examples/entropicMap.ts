// A map learned from two samples, applied to points that were in neither: x -> A x is recovered from unpaired points.
import { cost, entropicMap, random, sinkhorn } from "monge";

const { normal } = random(3);
const gaussian = (count: number): number[][] => Array.from({ length: count }, () => [normal(), normal()]);
const push = ([u, v]: number[]): number[] => [1.5 * u + 0.5 * v + 2, 0.5 * u + v];

const x = gaussian(800);
const y = gaussian(800).map(push);
const T = entropicMap(sinkhorn(null, null, cost.points(x, y), { epsilon: 0.1 }));

const fresh = [
  [0, 0],
  [0.5, -0.5],
  [-1, 0.8],
];
const image = T.map(fresh);
fresh.forEach((point, i) => {
  const [u, v] = image.data.subarray(2 * i, 2 * i + 2);
  const [p, q] = push(point);
  console.log(
    `(${point}) goes to (${u.toFixed(2)}, ${v.toFixed(2)}), by the true map to (${p.toFixed(2)}, ${q.toFixed(2)})`,
  );
});
const back = T.inverse.map(image);
const off = Math.max(...back.data.map((value, k) => Math.abs(value - fresh.flat()[k])));
console.log(`there and back ends within 0.3: ${off < 0.3}`);
