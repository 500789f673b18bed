// Records the values of POT and scipy on the sweep: node --import tsx packages/monge/test/parity/record.ts
// Needs bench/peers/.venv, which `npm run bench -- exact --quick` makes. The inputs are handed over bit by bit, as float64.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeNpy } from "../../../../bench/npy.ts";
import { checksum } from "./checksum.ts";
import { isSquareUniform, parityProblems } from "./problems.ts";

const peers = fileURLToPath(new URL("../../../../bench/peers/", import.meta.url));
const problems = [...parityProblems()];
const folder = mkdtempSync(join(tmpdir(), "monge-parity-"));
try {
  for (const [k, problem] of problems.entries()) {
    const { n, m, a, b, C } = problem;
    writeNpy(join(folder, `${k}.C.npy`), C, [n, m]);
    if (a !== null) writeNpy(join(folder, `${k}.a.npy`), Float64Array.from(a), [n]);
    if (b !== null) writeNpy(join(folder, `${k}.b.npy`), Float64Array.from(b), [m]);
  }
  const assignments = problems.flatMap((problem, k) => (isSquareUniform(problem) ? [k] : []));
  writeFileSync(join(folder, "problems.json"), JSON.stringify({ count: problems.length, assignments }));
  const python = spawnSync(join(peers, ".venv/bin/python"), [join(peers, "parity.py"), folder], { stdio: "inherit" });
  if (python.status !== 0) throw python.error ?? new Error(`parity.py ended with ${python.status}`);
  const { versions, values } = JSON.parse(readFileSync(join(folder, "values.json"), "utf8"));
  const lines = values.map((value: object) => JSON.stringify(value)).join(",\n");
  const head = JSON.stringify({ schema: 1, versions, checksum: checksum(problems) }).slice(0, -1);
  writeFileSync(new URL("exact.json", import.meta.url), `${head},\n"values": [\n${lines}\n]}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
