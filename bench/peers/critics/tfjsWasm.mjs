// TensorFlow.js on its WebAssembly backend, one thread: tf.grad inside variableGrads, and its Adam.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { readProblem, serve, split } from "./serve.mjs";

const place = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
setWasmPaths(`${join(place, "../dist")}/`);
setThreadsCount(1);
await tf.setBackend("wasm");
await tf.ready();
const problem = readProblem(process.argv[2]);
const { net, batch, penalty, learningRate, betas } = problem;
const picture = net.input.length > 1;
// Pictures have channels last there.
const [channels, height, width] = net.input;
const tensor = (values) =>
  picture
    ? tf.transpose(tf.tensor4d(values, [batch, channels, height, width]), [0, 2, 3, 1])
    : tf.tensor2d(values, [batch, channels]);
const [x, y, z] = [problem.x, problem.y, problem.z].map(tensor);
const variables = split(problem).map(({ shape, values }) => {
  const outside = tf.tensor(values, shape);
  return tf.variable(shape.length === 4 ? tf.transpose(outside, [2, 3, 1, 0]) : outside);
});

// Its own leakyRelu has no second derivative.
function leakyRelu(a, slope) {
  return tf.add(tf.mul(tf.relu(a), 1 - slope), tf.mul(a, slope));
}

function u(points) {
  let a = points;
  let k = 0;
  for (const layer of net.layers) {
    if (layer.kind === "leakyRelu") a = leakyRelu(a, layer.slope ?? 0.2);
    else if (layer.kind === "dense") {
      if (a.rank === 4) a = tf.reshape(tf.transpose(a, [0, 3, 1, 2]), [batch, -1]);
      a = tf.add(tf.matMul(a, variables[k], false, true), variables[k + 1]);
      k += 2;
    } else {
      a = tf.add(tf.conv2d(a, variables[k], layer.stride ?? 1, layer.padding ?? 0), variables[k + 1]);
      k += 2;
    }
  }
  return a;
}

const inner = tf.grad((points) => tf.sum(u(points)));
function lossOf() {
  const slopes = tf.reshape(inner(z), [batch, -1]);
  const over = tf.relu(tf.sub(tf.sqrt(tf.sum(tf.square(slopes), 1)), 1));
  const value = tf.sub(tf.mean(u(x)), tf.mean(u(y)));
  return tf.sub(tf.mul(tf.mean(tf.square(over)), penalty), value);
}

const optimizer = tf.train.adam(learningRate, betas[0], betas[1], 1e-8);
serve({
  version: version_wasm,
  gradient() {
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(lossOf, variables);
      const parts = variables.flatMap(({ name, rank }) => {
        const g = grads[name];
        return [...(rank === 4 ? tf.transpose(g, [3, 2, 0, 1]) : g).dataSync()];
      });
      return { loss: value.dataSync()[0], weights: parts };
    });
  },
  step() {
    optimizer.minimize(lossOf, false, variables);
    // Kernels run at once here; reading makes sure of it.
    variables[variables.length - 1].dataSync();
  },
});
