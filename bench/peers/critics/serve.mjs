// A peer as a long-lived process: a JSON line in, a JSON line out. "gradient" answers with the loss and its gradient, "run" with the CPU seconds of some steps.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The problem in a folder: net, options, weights in PyTorch's order, and one batch. */
export function readProblem(folder) {
  const floats = (name) => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}.f32`));
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  const problem = JSON.parse(readFileSync(join(folder, "problem.json"), "utf8"));
  const [weights, x, y, t] = ["weights", "x", "y", "t"].map(floats);
  const z = x.map((value, k) => {
    const share = t[Math.floor(k / problem.dimension)];
    return value + share * (y[k] - value);
  });
  return { ...problem, weights, x, y, t, z };
}

/** The weights of each layer with their shapes. */
export function split({ net, weights }) {
  let [channels, ...sides] = net.input;
  let at = 0;
  const tensors = [];
  for (const layer of net.layers) {
    if (layer.kind === "leakyRelu") continue;
    const shape =
      layer.kind === "dense"
        ? [layer.units, channels * sides.reduce((product, side) => product * side, 1)]
        : [layer.channels, channels, layer.size, layer.size];
    for (const part of [shape, [shape[0]]]) {
      const length = part.reduce((product, side) => product * side, 1);
      tensors.push({ shape: part, values: weights.slice(at, at + length) });
      at += length;
    }
    const { size, stride = 1, padding = 0 } = layer;
    sides = layer.kind === "dense" ? [] : sides.map((side) => Math.floor((side + 2 * padding - size) / stride) + 1);
    channels = shape[0];
  }
  return tensors;
}

/** Answers requests with `{ version, gradient(): { loss, weights }, step() }`. */
export function serve(peer) {
  createInterface({ input: process.stdin }).on("line", async (text) => {
    const { op, steps } = JSON.parse(text);
    let answer;
    try {
      if (op === "gradient") {
        const { loss, weights } = await peer.gradient();
        answer = {
          version: peer.version,
          loss,
          weights: Buffer.from(Float32Array.from(weights).buffer).toString("base64"),
        };
      } else {
        const before = process.cpuUsage();
        for (let k = 0; k < steps; k++) await peer.step();
        const { user, system } = process.cpuUsage(before);
        answer = { cpu: (user + system) / 1e6 / steps };
      }
    } catch (error) {
      answer = { error: String(error.message ?? error).split("\n")[0] };
    }
    console.log(JSON.stringify(answer));
  });
}
