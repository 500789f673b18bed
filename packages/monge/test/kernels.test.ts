// The kernels' TypeScript side: loading, leasing, memory.
import { afterEach, describe, expect, it } from "vitest";
import { cost, emd, isOtError, loadKernels } from "../src/index.ts";
import { exact } from "../src/kernels/exact.ts";
import { decode } from "../src/kernels/module.ts";
import { giveBack, lease } from "../src/kernels/workspace.ts";

const solveOnce = (): number =>
  emd(
    [0.5, 0.5],
    [0.25, 0.75],
    [
      [0, 1],
      [1, 0],
    ],
  ).value;

describe("loadKernels", () => {
  afterEach(() => loadKernels({ exact: decode(exact.bytes) }));
  it("compiles ahead, takes bytes, modules and promises of them", async () => {
    await loadKernels();
    await loadKernels({ exact: decode(exact.bytes) });
    expect(solveOnce()).toBe(0.25);
    await loadKernels(Promise.resolve({ exact: new WebAssembly.Module(decode(exact.bytes)) }));
    expect(solveOnce()).toBe(0.25);
  });
  it("says KernelUnavailable for bytes that are no module", async () => {
    const error = await loadKernels({ exact: new Uint8Array([1, 2, 3]) }).catch((caught: unknown) => caught);
    expect(isOtError(error, "KernelUnavailable")).toBe(true);
  });
});

describe("a workspace", () => {
  it("belongs to one solve: two leases share no memory", () => {
    const first = lease(exact);
    const second = lease(exact);
    const address = first.alloc(8);
    expect(second.alloc(8)).toBe(address);
    first.f64(address, 1)[0] = 7;
    second.f64(address, 1)[0] = 8;
    expect(first.f64(address, 1)[0]).toBe(7);
    giveBack(first);
    giveBack(second);
  });
  it("aligns to 16 bytes, and forgets down to a mark", () => {
    const workspace = lease(exact);
    const first = workspace.alloc(3);
    const mark = workspace.mark();
    const second = workspace.alloc(100);
    expect([first % 16, second % 16]).toEqual([0, 0]);
    workspace.release(mark);
    expect(workspace.alloc(1)).toBe(second);
    giveBack(workspace);
  });
  it("comes back as it was to a solve and to one inside it: the larger first, in whatever order they were returned", () => {
    const outer = lease(exact);
    outer.alloc(8 * 1024 * 1024);
    const inner = lease(exact);
    inner.alloc(1024 * 1024);
    for (const order of [
      [outer, inner],
      [inner, outer],
    ]) {
      for (const workspace of order) giveBack(workspace);
      expect(lease(exact)).toBe(outer);
      expect(lease(exact)).toBe(inner);
    }
    giveBack(outer);
    giveBack(inner);
  });
  it("is kept when small and dropped when large", () => {
    const large = lease(exact);
    large.alloc(80 * 1024 * 1024);
    giveBack(large);
    expect(lease(exact).bytes).toBeLessThan(80 * 1024 * 1024);
  });
});

describe("a solve that does not fit", () => {
  it.each([
    ["equal masses", null],
    ["general masses", Float64Array.from({ length: 30_000 }, (_, i) => 1 + (i % 7))],
  ])("throws OutOfMemory with the size, before it computes anything: %s", (_, weights) => {
    let asked = 0;
    const huge = cost.custom([30_000, 30_000], () => {
      asked++;
      return 1;
    });
    let caught: unknown;
    try {
      emd(weights, weights, huge);
    } catch (error) {
      caught = error;
    }
    expect(isOtError(caught, "OutOfMemory"), String(caught)).toBe(true);
    expect(String(caught)).toMatch(/\d+(\.\d+)? GB/);
    expect(asked).toBe(0);
    expect(solveOnce()).toBe(0.25);
  });
});
