// npm test: everything that must hold, in one command. `--static` stops before the tests, `--full` adds the long ones;
// any other argument goes to vitest.
import { mkdirSync, readFileSync } from "node:fs";
import { ready, run } from "./ready.mjs";

const args = process.argv.slice(2);
const rest = args.filter((argument) => argument !== "--static" && argument !== "--full");
const node = process.execPath;

await ready();
if (rest.length === 0) {
  run(node, ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"]);
  run(node, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json"]);
  run(node, ["node_modules/typescript/bin/tsc", "-p", "packages/cli/viewer"]);
  run(node, ["tools/arrows.mjs"]);
}
if (!args.includes("--static")) {
  mkdirSync(".cache", { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", "--outputFile.json=.cache/tests.json"];
  const environment = args.includes("--full") ? { MONGE_FULL: "1" } : {};
  run(node, ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...rest], environment);
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(".cache/tests.json", "utf8"));
  console.log(`tests: ${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}
