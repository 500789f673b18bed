// A checksum of the sweep's inputs: recorded values belong to these bits and no others.
import { createHash } from "node:crypto";
import type { ParityProblem } from "./problems.ts";

export function checksum(problems: Iterable<ParityProblem>): string {
  const hash = createHash("sha256");
  const add = (numbers: Float64Array | Float32Array | null): void => {
    if (numbers !== null) hash.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  };
  for (const { name, a, b, C } of problems) {
    hash.update(name);
    add(a);
    add(b);
    add(C);
  }
  return hash.digest("hex");
}
