// Our side as a long-lived process, like those of the peers: node --import tsx ours.ts plain|relaxed CASE
import { createInterface } from "node:readline";
import { loadKernels } from "monge";
import { backend } from "../../packages/monge/dist/kernels/module.js";
import { potential } from "../../packages/monge/dist/kernels/potential.js";
import { lease } from "../../packages/monge/dist/kernels/workspace.js";
import { freshState, openEngine } from "../../packages/monge/dist/potential/engine.js";
import { speedCases, speedProblem } from "./cases.ts";
import { peakFlops, productFlops } from "./peak.ts";

const [build, name] = process.argv.slice(2);
if (build === "relaxed") await loadKernels(import("monge/kernels/relaxed"));
const speedCase = speedCases.find((one) => one.name === name)!;
const { net, batch } = speedCase;
const { weights, x, y, t, ...rest } = speedProblem(speedCase);
const workspace = lease(potential);
const engine = openEngine(workspace, net, freshState(weights), { ...rest, batch });

async function answer({ op, steps = 0 }: { op: string; steps?: number }): Promise<object> {
  if (op === "gradient") {
    const { loss, gradientNorm, weights: gradient } = engine.gradient(x, y, t, batch);
    const bytes = Buffer.from(gradient.buffer).toString("base64");
    return { version: backend(potential), loss, gradientNorm, weights: bytes, bytes: workspace.bytes };
  }
  if (op === "flops") return { peak: await peakFlops(build === "relaxed"), product: productFlops(lease(potential)) };
  const before = process.cpuUsage();
  for (let k = 0; k < steps; k++) engine.step(x, y, t, batch);
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6 / steps };
}

createInterface({ input: process.stdin }).on("line", async (text) => {
  console.log(JSON.stringify(await answer(JSON.parse(text))));
});
