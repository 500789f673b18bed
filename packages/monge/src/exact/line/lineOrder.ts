// The order of numbers on a line: sorting many rows of doubles with one kernel, with or without the order.
import { line } from "../../kernels/line.ts";
import { withWorkspace } from "../../kernels/workspace.ts";

/** Sorts rows of up to a given length. */
export interface LineSorter {
  /** Sorts `values` in place, ascending. */
  sort(values: Float64Array): void;
  /** Sorts `values` in place and returns the indices that sort them; equal values (and 0 beside -0) keep their order. */
  sortWithOrder(values: Float64Array): Uint32Array;
}

// Below this many numbers clearing the kernel's histograms costs more than a comparison sort.
const kernelFrom = 300;

/** Runs `work` with a sorter of rows of up to `longest` finite numbers. */
export function withLineSorter<R>(longest: number, work: (sorter: LineSorter) => R): R {
  if (longest < kernelFrom) return work({ sort: compareSort, sortWithOrder: compareSortWithOrder });
  return withWorkspace(line, (workspace) => {
    const values = workspace.alloc(8 * longest);
    const spare = workspace.alloc(8 * longest);
    const order = workspace.alloc(4 * longest);
    const spareOrder = workspace.alloc(4 * longest);
    const histogram = workspace.alloc(workspace.call["lineSortHistogramBytes"]());
    const run = (row: Float64Array, orderAt: number): void => {
      const view = workspace.f64(values, row.length);
      view.set(row);
      workspace.call["lineSort"](row.length, values, spare, orderAt, spareOrder, histogram);
      row.set(view);
    };
    return work({
      sort: (row) => run(row, 0),
      sortWithOrder(row) {
        run(row, order);
        return new Uint32Array(workspace.i32(order, row.length));
      },
    });
  });
}

/** The indices that sort `values`, ascending; equal values keep their order. */
export function argsort(values: Float64Array): Uint32Array {
  return withLineSorter(values.length, (sorter) => sorter.sortWithOrder(values.slice()));
}

function compareSort(values: Float64Array): void {
  values.sort();
}

function compareSortWithOrder(values: Float64Array): Uint32Array {
  const order = Uint32Array.from(values, (_, k) => k).sort((k, l) => values[k] - values[l] || k - l);
  values.set(Float64Array.from(order, (k) => values[k]));
  return order;
}
