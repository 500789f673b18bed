// Domain adaptation with ours and with POT on the same samples: accuracies and CPU seconds, into bench/results/adapt.json.
// Usage: node --import tsx bench/adapt/run.ts [--case REGEX] [--runs N] [--no-peers]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as adapt from "monge/adapt";
import { writeNpy } from "../npy.ts";
import { keepRow } from "../resultFile.ts";
import { mean, median } from "../statistics.ts";
import { type AdaptCase, adaptCases, type Domains } from "./problems.ts";
import { type AdaptRow, methods } from "./row.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    runs: { type: "string", default: "10" },
    "no-peers": { type: "boolean", default: false },
  },
});
const bench = fileURLToPath(new URL("..", import.meta.url));
const path = join(bench, "results/adapt.json");

interface Outcome {
  readonly accuracy: number;
  readonly seconds: number;
}

function accuracy(moved: Float64Array, { d, sourceLabels, targetLabels, target }: Domains): number {
  const right = targetLabels.filter((label, j) => {
    let [best, least] = [0, Infinity];
    for (let i = 0; i < sourceLabels.length; i++) {
      let square = 0;
      for (let c = 0; c < d; c++) square += (moved[i * d + c] - target[j * d + c]) ** 2;
      if (square < least) [best, least] = [i, square];
    }
    return sourceLabels[best] === label;
  });
  return right.length / targetLabels.length;
}

function ours(domains: Domains, { epsilon, strength }: AdaptCase, method: adapt.AdaptMethod): Outcome {
  const { d, source, target, sourceLabels } = domains;
  const matrix = (data: Float64Array) => ({ data, rows: data.length / d, cols: d });
  const begin = process.cpuUsage();
  const entropy = method === "sinkhorn" || method === "groupLasso" ? { epsilon } : {};
  const fitted = adapt.fit(matrix(source), matrix(target), { method, sourceLabels, strength, ...entropy });
  const moved = fitted.transform();
  const { user, system } = process.cpuUsage(begin);
  return { accuracy: accuracy(moved.data, domains), seconds: (user + system) / 1e6 };
}

function peer(domains: Domains, { epsilon, strength }: AdaptCase): Record<string, Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "monge-adapt-"));
  try {
    const { d, source, target, sourceLabels, targetLabels } = domains;
    writeNpy(join(folder, "source.npy"), source, [source.length / d, d]);
    writeNpy(join(folder, "target.npy"), target, [target.length / d, d]);
    writeNpy(join(folder, "sourceLabels.npy"), Float64Array.from(sourceLabels), [sourceLabels.length]);
    writeNpy(join(folder, "targetLabels.npy"), Float64Array.from(targetLabels), [targetLabels.length]);
    const { stdout, stderr, status } = spawnSync(
      join(bench, "peers/.venv/bin/python"),
      [join(bench, "peers/adapt.py"), folder, String(epsilon), String(strength)],
      { encoding: "utf8", env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" } },
    );
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout).methods;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const runs = Number(flags.runs);
const pattern = new RegExp(flags.case);
for (const adaptCase of adaptCases.filter(({ name }) => pattern.test(name))) {
  const seen = methods.map((method) => ({ method, ours: [] as Outcome[], peer: [] as Outcome[] }));
  const before: number[] = [];
  for (let seed = 0; seed < runs; seed++) {
    const domains = adaptCase.make(1000 + seed);
    before.push(accuracy(domains.source, domains));
    const theirs = flags["no-peers"] ? null : peer(domains, adaptCase);
    for (const row of seen) {
      row.ours.push(ours(domains, adaptCase, row.method));
      if (theirs?.[row.method] !== undefined) row.peer.push(theirs[row.method]);
    }
  }
  const row: AdaptRow = {
    name: adaptCase.name,
    title: adaptCase.title,
    runs,
    without: mean(before),
    methods: seen.map(({ method, ours: mine, peer: other }) => {
      const apart = other.map(({ accuracy: value }, k) => mine[k].accuracy - value);
      const centre = other.length > 0 ? mean(apart) : 0;
      const spread = Math.sqrt(
        apart.reduce((sum, value) => sum + (value - centre) ** 2, 0) /
          Math.max(1, apart.length - 1) /
          Math.max(1, apart.length),
      );
      return {
        method,
        accuracy: mean(mine.map((outcome) => outcome.accuracy)),
        seconds: median(mine.map((outcome) => outcome.seconds)),
        peer:
          other.length === 0
            ? null
            : {
                accuracy: mean(other.map((outcome) => outcome.accuracy)),
                seconds: median(other.map((outcome) => outcome.seconds)),
                difference: centre,
                standardError: spread,
              },
      };
    }),
  };
  keepRow(
    path,
    adaptCases.map(({ name }) => name),
    row,
  );
  console.log(row.title, "without", row.without.toFixed(3));
  for (const { method, accuracy: share, seconds, peer: other } of row.methods)
    console.log(
      `  ${method.padEnd(14)} ${share.toFixed(3)} ${seconds.toFixed(3)} s  ${other === null ? "" : `POT ${other.accuracy.toFixed(3)} ${other.seconds.toFixed(3)} s, apart ${other.difference.toFixed(3)} +- ${other.standardError.toFixed(3)}`}`,
    );
}
