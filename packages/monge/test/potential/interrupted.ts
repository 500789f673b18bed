// A training that checkpoints into the file named on its command line, until it is killed.
import { renameSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { mlp, type TrainOptions, type TrainResult, trainCritic } from "../../src/potential/index.ts";
import { normals } from "../generators/samplers.ts";

/** It, with further options. */
export function interrupted(options: TrainOptions): TrainResult {
  const net = mlp(2, [16, 16]);
  return trainCritic(normals([1, 0], 0.2), normals([0, 0], 0.2), {
    net,
    steps: 1500,
    evaluationPoints: 64,
    ...options,
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , file] = process.argv;
  const save = (state: Uint8Array): void => {
    writeFileSync(`${file}.new`, state);
    renameSync(`${file}.new`, file);
  };
  interrupted({ checkpoint: { every: 3, save } });
  // Killed or not, it does not end by itself.
  setInterval(() => {}, 1000);
}
