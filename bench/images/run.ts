// Colour transfer against the pipeline of POT's users, in turns on the same pixels, and the time and memory of twelve megapixels. CPU seconds.
// Usage: npm run bench -- images [--runs N] [--no-peers]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { random } from "monge";
import { colorTransfer, type Picture } from "monge/image";
import { writeNpy } from "../npy.ts";

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "3" }, "no-peers": { type: "boolean", default: false } },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const python = process.env["MONGE_PEERS_PYTHON"] ?? join(root, "peers/.venv/bin/python");

/** Smooth clouds of color with noise: thousands of different colors. */
function painting(width: number, height: number, seed: number, tint: readonly number[]): Picture {
  const chance = random(seed);
  const waves = Array.from({ length: 9 }, () => [4 * chance.normal(), 4 * chance.normal(), 6 * chance.uniform()]);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      for (let c = 0; c < 3; c++) {
        let value = tint[c];
        for (let k = 3 * c; k < 3 * c + 3; k++)
          value += 0.12 * Math.sin(waves[k][0] * (x / width) + waves[k][1] * (y / height) + waves[k][2]);
        data[at + c] = Math.min(255, Math.max(0, 255 * (value + 0.03 * (chance.uniform() - 0.5))));
      }
    }
  }
  return { data, width, height, channels: 3, max: 255 };
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1];

const source = painting(640, 480, 1, [0.3, 0.5, 0.6]);
const reference = painting(640, 480, 2, [0.7, 0.5, 0.3]);
const folder = mkdtempSync(join(tmpdir(), "monge-images-"));
try {
  for (const [name, { data }] of Object.entries({ source, reference }))
    writeNpy(
      join(folder, `${name}.npy`),
      Float64Array.from(data, (sample) => sample / 255),
      [data.length / 3, 3],
    );
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < Number(flags.runs); run++) {
    ours.push(cpuSeconds(() => colorTransfer(source, reference, { space: "srgb" })));
    if (flags["no-peers"]) continue;
    const { stdout, status } = spawnSync(python, [join(root, "peers/colors.py"), folder], { encoding: "utf8" });
    if (status !== 0) throw new Error("The peer failed: npm run bench -- exact --quick installs it.");
    theirs.push(Number(stdout));
  }
  console.log(
    `640 x 480, 1000 colors: ours ${median(ours).toFixed(2)} s (${Math.min(...ours).toFixed(2)} .. ${Math.max(...ours).toFixed(2)})`,
  );
  if (theirs.length > 0) {
    console.log(
      `POT's EMDTransport: ${median(theirs).toFixed(2)} s (${Math.min(...theirs).toFixed(2)} .. ${Math.max(...theirs).toFixed(2)})`,
    );
    console.log(`ratio of medians ${(median(theirs) / median(ours)).toFixed(1)}`);
  }
  const large = painting(4000, 3000, 3, [0.4, 0.5, 0.5]);
  const whole = cpuSeconds(() => {
    const { elapsedMs } = colorTransfer(large, reference);
    console.log(`4000 x 3000: pixels alone ${(elapsedMs.pixels / 1000).toFixed(2)} s elapsed`);
  });
  const memory = process.resourceUsage().maxRSS / 1024;
  console.log(
    `4000 x 3000: ${whole.toFixed(2)} CPU seconds from pixels to pixels, ${memory.toFixed(0)} MB at most, on ${cpus()[0]?.model}`,
  );
  if (process.env["MONGE_BENCH_OUT"])
    writeFileSync(process.env["MONGE_BENCH_OUT"], JSON.stringify({ ours, theirs, whole, memory }));
} finally {
  rmSync(folder, { recursive: true });
}
