// onnxruntime-node, one thread. It does not train, so only a part of a step is timed: u at x and y, and the gradient of u at z, written out as a graph of dense layers.
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readProblem, serve, split } from "./serve.mjs";

const problem = readProblem(process.argv[2]);
const { net, batch, dimension } = problem;
if (net.input.length > 1) throw new Error("dense layers only");
const slope = net.layers.find(({ kind }) => kind === "leakyRelu").slope ?? 0.2;

// Protocol buffers: fields as key and value, messages and bytes with their length.
const varint = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
};
const number = (field, value) => Buffer.concat([varint(8 * field), varint(value)]);
const block = (field, value) => {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([varint(8 * field + 2), varint(bytes.length), bytes]);
};
const real = (field, value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint(8 * field + 5), bytes]);
};
const tensor = (name, shape, values) =>
  Buffer.concat([
    ...shape.map((side) => number(1, side)),
    number(2, 1),
    block(8, name),
    block(9, Buffer.from(values.buffer)),
  ]);
const declared = (name, shape) => {
  const sides = shape.map((side) => block(1, number(1, side)));
  return Buffer.concat([
    block(1, name),
    block(2, block(1, Buffer.concat([number(1, 1), block(2, Buffer.concat(sides))]))),
  ]);
};
const attribute = (name, value) =>
  Number.isInteger(value)
    ? Buffer.concat([block(1, name), number(3, value), number(20, 2)])
    : Buffer.concat([block(1, name), real(2, value), number(20, 1)]);
const node = (kind, inputs, output, attributes = {}) =>
  Buffer.concat([
    ...inputs.map((input) => block(1, input)),
    block(2, output),
    block(4, kind),
    ...Object.entries(attributes).map(([name, value]) => block(5, attribute(name, value))),
  ]);

const tensors = split(problem);
const constants = [
  tensor("zero", [1], new Float32Array([0])),
  tensor("one", [1], new Float32Array([1])),
  tensor("slope", [1], new Float32Array([slope])),
];
tensors.forEach(({ shape, values }, k) => constants.push(tensor(`w${k}`, shape, values)));
const nodes = [];
const last = tensors.length / 2 - 1;
for (const side of ["xy", "z"]) {
  let a = side;
  for (let k = 0; k <= last; k++) {
    const out = k === last ? `u_${side}` : `p${k}${side}`;
    nodes.push(node("Gemm", [a, `w${2 * k}`, `w${2 * k + 1}`], out, { transB: 1 }));
    if (k === last) break;
    a = `a${k}${side}`;
    nodes.push(node("LeakyRelu", [out], a, { alpha: slope }));
  }
}
let delta = "ones";
constants.push(tensor("ones", [batch, 1], new Float32Array(batch).fill(1)));
for (let k = last; k >= 0; k--) {
  const out = k === 0 ? "g" : `d${k}`;
  nodes.push(node("MatMul", [delta, `w${2 * k}`], out));
  if (k === 0) break;
  nodes.push(node("Greater", [`p${k - 1}z`, "zero"], `m${k}`));
  nodes.push(node("Where", [`m${k}`, "one", "slope"], `f${k}`));
  nodes.push(node("Mul", [out, `f${k}`], `e${k}`));
  delta = `e${k}`;
}
const graph = Buffer.concat([
  ...nodes.map((one) => block(1, one)),
  block(2, "critic"),
  ...constants.map((one) => block(5, one)),
  block(11, declared("xy", [2 * batch, dimension])),
  block(11, declared("z", [batch, dimension])),
  block(12, declared("u_xy", [2 * batch, 1])),
  block(12, declared("g", [batch, dimension])),
]);
const model = Buffer.concat([number(1, 8), block(7, graph), block(8, number(2, 17))]);
const session = await InferenceSession.create(model, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
});
const both = new Float32Array(2 * problem.x.length);
both.set(problem.x);
both.set(problem.y, problem.x.length);
const feeds = {
  xy: new Tensor("float32", both, [2 * batch, dimension]),
  z: new Tensor("float32", problem.z, [batch, dimension]),
};

serve({
  version: JSON.parse(readFileSync(new URL("node_modules/onnxruntime-node/package.json", import.meta.url))).version,
  /** The loss from what it computes: its gradient by the weights is not among it. */
  async gradient() {
    const { u_xy, g } = await session.run(feeds);
    let loss = 0;
    for (let i = 0; i < batch; i++) {
      const norm = Math.hypot(...g.data.subarray(i * dimension, (i + 1) * dimension));
      loss += (problem.penalty * Math.max(0, norm - 1) ** 2 - u_xy.data[i] + u_xy.data[batch + i]) / batch;
    }
    return { loss, weights: [] };
  },
  step: () => session.run(feeds),
});
