// The benchmark pages say what was measured: they are what bench/report.ts writes from bench/results.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { benchFiles } from "../bench/report.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

it.each([
  ...benchFiles(root, "exact"),
  ...benchFiles(root, "entropic"),
  ...benchFiles(root, "gromov"),
  ...benchFiles(root, "sliced"),
  ...benchFiles(root, "matching"),
  ...benchFiles(root, "potential-speed"),
  ...benchFiles(root, "potential-imaging"),
  ...benchFiles(root, "potential"),
])("%s is made from the results", (path, text) => {
  expect(readFileSync(root + path, "utf8")).toBe(text);
});
it("benchFiles() of a family without results: nothing to compare", () => {
  expect(benchFiles(root, "nonsense").size).toBe(0);
});
