// Tests run against the sources: the package names resolve to them, so no build stands between an edit and its test.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

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
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "docs/**/*.test.ts", "tools/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: "forks",
  },
});
