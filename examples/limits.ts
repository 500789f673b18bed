// Three ways to stop early and keep a feasible answer with a bound on what it misses: a limit, a condition, your own loop.
import { cost, emd, matrix, random } from "monge";

const n = 1000;
const draw = random(1);
const cloud = (shift: number) =>
  matrix(
    Float64Array.from({ length: 2 * n }, () => shift + draw.uniform()),
    n,
    2,
  );
const C = cost.points(cloud(0), cloud(0.3));

const tell = (name: string, result: ReturnType<typeof emd>): void => {
  const { primal, dual } = result.certify();
  console.log(`${name}: ${result.report.status}, cost ${primal.toFixed(5)}, no plan below ${dual.toFixed(5)}`);
};

tell("to the end", emd(null, null, C));
tell("after 200 iterations", emd(null, null, C, { maxIterations: 200, method: "networkSimplex" }));
tell("by a condition", emd(null, null, C, { stopWhen: ({ iteration }) => iteration > 100, method: "networkSimplex" }));

const run = emd.steps(null, null, C, { method: "networkSimplex" });
run.next();
tell("by hand, after one step", run.snapshot());
run.return(undefined as never);
