// Tests run against the sources: the package names resolve to them, so no build stands between an edit and its test.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const everything = ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "docs/**/*.test.ts", "tools/**/*.test.ts"];

/** Tests that change or measure their process, count what it holds, or start others: each file in a process of its own. */
const alone = [
  "packages/cli/test/**/*.test.ts",
  "packages/monge/test/{platform,regressions,worker}/*.test.ts",
  "packages/monge/test/{kernels,potential/critic}.test.ts",
  "{examples,docs,tools}/**/*.test.ts",
];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^monge$/, replacement: source("packages/monge/src/index.ts") },
      { find: /^monge\/gaussian$/, replacement: source("packages/monge/src/gaussian/index.ts") },
      { find: /^monge\/matching$/, replacement: source("packages/monge/src/matching/index.ts") },
      { find: /^monge\/gromov$/, replacement: source("packages/monge/src/gromov/index.ts") },
      { find: /^monge\/barycenter$/, replacement: source("packages/monge/src/barycenter/index.ts") },
      { find: /^monge\/potential$/, replacement: source("packages/monge/src/potential/index.ts") },
      { find: /^monge\/image$/, replacement: source("packages/monge/src/image/index.ts") },
      { find: /^monge\/adapt$/, replacement: source("packages/monge/src/adapt/index.ts") },
      { find: /^monge\/cohort$/, replacement: source("packages/monge/src/cohort/index.ts") },
      { find: /^monge\/worker$/, replacement: source("packages/monge/src/worker/index.ts") },
      { find: /^@monge\/io$/, replacement: source("packages/io/src/index.ts") },
    ],
  },
  test: {
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
    // The runner itself hardly works while the tests run: two cores take two files at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      // The others load the library once for many files.
      { extends: true, test: { name: "together", include: everything, exclude: alone, isolate: false } },
    ],
  },
});
