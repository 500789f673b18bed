// What one core can do at most in WebAssembly: eight independent sums of products in registers, nothing loaded; and what the product of matrices reaches.
import type { Workspace } from "../../packages/monge/dist/kernels/workspace.js";

const sums = [0, 1, 2, 3, 4, 5, 6, 7];

function source(relaxed: boolean): string {
  const term = (k: number): string =>
    relaxed ? `s${k} = f32x4.relaxed_madd(a, b, s${k});` : `s${k} = f32x4.add(s${k}, f32x4.mul(a, b));`;
  return `export function run(n: i32, x: f32): f32 {
    let a = f32x4.splat(x);
    let b = f32x4.splat(x * x);
    ${sums.map((k) => `let s${k} = f32x4.splat(x * ${k + 1});`).join("\n")}
    for (let i = 0; i < n; i++) {
      ${sums.map(term).join("\n")}
      a = v128.xor(a, f32x4.splat(-0.0));
    }
    return f32x4.extract_lane(${sums.slice(1).reduce((sum, k) => `f32x4.add(${sum}, s${k})`, "s0")}, 0);
  }`;
}

/** Multiplications and additions a CPU second, the best of several runs. */
function best(work: () => void, flops: number): number {
  let seconds = Infinity;
  for (let run = 0; run < 25; run++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    seconds = Math.min(seconds, (user + system) / 1e6);
  }
  return flops / seconds;
}

/** Of the loop in registers. */
export async function peakFlops(relaxed: boolean): Promise<number> {
  // A compiler that takes seconds to load, and only this needs it.
  const { default: asc } = await import("assemblyscript/asc");
  let bytes = new Uint8Array();
  const flags = ["--outFile", "peak.wasm", "-O3", "--runtime", "stub", "--enable", "simd"];
  await asc.main(["peak.ts", ...flags, ...(relaxed ? ["--enable", "relaxed-simd"] : [])], {
    readFile: (name) => (name === "peak.ts" ? source(relaxed) : null),
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) bytes = contents as Uint8Array<ArrayBuffer>;
    },
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { abort: () => undefined } });
  const run = exports["run"] as (n: number, x: number) => number;
  const turns = 2_000_000;
  return best(() => run(turns, 0.5), turns * sums.length * 4 * 2);
}

/** Of C = A B, A B^T and A^T B, at the sizes of the perceptron's widest layer. */
export function productFlops(workspace: Workspace): Readonly<Record<string, number>> {
  const [m, n, k] = [192, 256, 784];
  const [A, B, C] = [m * k, k * n, m * n].map((count) => {
    const at = workspace.alloc(4 * count);
    workspace.f32(at, count).fill(0.5);
    return at;
  });
  const scratch = workspace.alloc(workspace.call["productBytes"]());
  const product = (aRow: number, aLevel: number, bLevel: number, bColumn: number): number =>
    best(() => workspace.call["product"](A, aRow, aLevel, B, bLevel, bColumn, C, n, m, n, k, scratch), 2 * m * n * k);
  return { "A B": product(k, 1, n, 1), "A B^T": product(k, 1, 1, k), "A^T B": product(1, m, n, 1) };
}
