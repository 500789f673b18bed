// jax-js on its WebAssembly backend: the loss as it is written, differentiated twice, compiled by jit where asked; Adam in its arrays.
// node jaxJs.mjs FOLDER [jit]
import { readFileSync } from "node:fs";
import { blockUntilReady, defaultDevice, grad, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { readProblem, serve, split } from "./serve.mjs";

await init("wasm");
defaultDevice("wasm");
const problem = readProblem(process.argv[2]);
const { net, batch, dimension, penalty, learningRate, betas } = problem;
if (net.input.length > 1) throw new Error("dense layers only");
const slope = net.layers.find(({ kind }) => kind === "leakyRelu").slope ?? 0.2;
const references = (arrays) => arrays.map((array) => array.ref);

function u(weights, x) {
  let a = x;
  for (let k = 0; k < weights.length; k += 2) {
    a = np.matmul(a, weights[k].transpose()).add(weights[k + 1]);
    if (k + 2 < weights.length) a = nn.leakyRelu(a, slope);
  }
  return a;
}

function lossOf(weights, x, y, z) {
  const slopes = grad((at) => u(references(weights), at).sum())(z);
  const over = np.maximum(np.sqrt(np.square(slopes).sum(1)).sub(1), 0);
  const value = u(references(weights), x).mean().sub(u(weights, y).mean());
  return np.square(over).mean().mul(penalty).sub(value);
}

const matrix = (values) => np.array(values).reshape([batch, dimension]);
const points = [problem.x, problem.y, problem.z].map(matrix);
const compiled = process.argv[3] === "jit";
const differentiate = compiled ? jit(valueAndGrad(lossOf)) : valueAndGrad(lossOf);
let weights = split(problem).map(({ shape, values }) => np.array(values).reshape(shape));
let m = split(problem).map(({ shape }) => np.zeros(shape));
let v = split(problem).map(({ shape }) => np.zeros(shape));
let count = 0;

const adam = jit((weights, m, v, gradients, pace, root) => {
  const next = { weights: [], m: [], v: [] };
  weights.forEach((w, k) => {
    const g = gradients[k];
    const first = m[k].mul(betas[0]).add(g.ref.mul(1 - betas[0]));
    const second = v[k].mul(betas[1]).add(np.square(g).mul(1 - betas[1]));
    const size = np.sqrt(second.ref).div(root.ref).add(1e-8);
    next.weights.push(w.sub(first.ref.div(size).mul(pace.ref)));
    next.m.push(first);
    next.v.push(second);
  });
  pace.dispose();
  root.dispose();
  return next;
});

serve({
  version: JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url))).version,
  async gradient() {
    const [loss, gradients] = differentiate(references(weights), ...references(points));
    const parts = await Promise.all(gradients.map((part) => part.data()));
    return { loss: loss.js(), weights: parts.flatMap((part) => [...part]) };
  },
  async step() {
    const [loss, gradients] = differentiate(references(weights), ...references(points));
    loss.dispose();
    count++;
    const pace = np.array([learningRate / (1 - betas[0] ** count)]);
    const root = np.array([Math.sqrt(1 - betas[1] ** count)]);
    ({ weights, m, v } = adam(weights, m, v, gradients, pace, root));
    await blockUntilReady(references(weights));
  },
});
