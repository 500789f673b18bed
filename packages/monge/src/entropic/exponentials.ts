// Binary exponentials of a row, by the kernel that the solver uses: the same bits on every machine.
import { entropic } from "../kernels/entropic.ts";
import { withWorkspace } from "../kernels/workspace.ts";

/** Replaces each x by factor 2^x; -Infinity gives 0. */
export function exp2All(x: Float64Array, factor = 1): void {
  withWorkspace(entropic, (workspace) => {
    const count = Math.ceil(x.length / 2) * 2;
    const address = workspace.alloc(count * 8);
    const held = workspace.f64(address, count);
    held[count - 1] = 0;
    held.set(x);
    workspace.call["exp2All"](address, count, factor);
    x.set(workspace.f64(address, x.length));
  });
}
