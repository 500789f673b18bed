// Binary exponentials and logarithms of a row, by the kernel that the solver uses: the same bits on every machine.
import { entropic } from "../../kernels/entropic.ts";
import { withWorkspace } from "../../kernels/workspace.ts";

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

/** Replaces each x by its logarithm to base 2; 0 gives -Infinity. */
export function log2All(x: Float64Array): void {
  withWorkspace(entropic, (workspace) => {
    const address = workspace.alloc(x.length * 8);
    workspace.f64(address, x.length).set(x);
    workspace.call["log2All"](address, x.length);
    x.set(workspace.f64(address, x.length));
  });
}
