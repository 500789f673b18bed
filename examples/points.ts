// Two point clouds: W2 between them, and where each point goes.
import { matrix, pointCloud, random, solve } from "monge";

const n = 500;
const draw = random(7);
const blob = new Float64Array(2 * n).map(() => draw.normal());
const ring = new Float64Array(2 * n);
for (let i = 0; i < n; i++) {
  const angle = 2 * Math.PI * draw.uniform();
  ring[2 * i] = 3 + Math.cos(angle);
  ring[2 * i + 1] = Math.sin(angle);
}

const target = matrix(ring, n, 2);
const result = solve(pointCloud(matrix(blob, n, 2)), pointCloud(target), { ground: "sqeuclidean" });
console.log(`W2 = ${result.distance.toFixed(4)} by ${result.report.method}: ${result.report.why}`);

const map = result.plan.barycentricMap(target);
for (let i = 0; i < 3; i++) {
  const [x, y, u, v] = [blob[2 * i], blob[2 * i + 1], map.data[2 * i], map.data[2 * i + 1]];
  console.log(`(${x.toFixed(2)}, ${y.toFixed(2)}) goes to (${u.toFixed(2)}, ${v.toFixed(2)})`);
}
console.log(`relative gap below 1e-9: ${result.certify().relativeGap < 1e-9}`);
