// Two molecules as graphs: which atom of one is which atom of the other, by element and by place in the chain.
import { fusedGromovWasserstein } from "monge/gromov";

/** Bonds between atoms, along which distances are counted. */
function distances(count: number, bonds: readonly (readonly [number, number])[]): number[][] {
  const D = Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, k) => (i === k ? 0 : count)));
  for (const [i, k] of bonds) D[i][k] = D[k][i] = 1;
  for (let via = 0; via < count; via++) {
    for (let i = 0; i < count; i++) for (let k = 0; k < count; k++) D[i][k] = Math.min(D[i][k], D[i][via] + D[via][k]);
  }
  return D;
}

// Ethanol and propanol without their hydrogen, and with the atoms in no particular order.
const ethanol = {
  elements: ["C", "C", "O"],
  bonds: [
    [0, 1],
    [1, 2],
  ] as const,
};
const propanol = {
  elements: ["O", "C", "C", "C"],
  bonds: [
    [0, 2],
    [2, 3],
    [3, 1],
  ] as const,
};

const M = ethanol.elements.map((one) => propanol.elements.map((other) => (one === other ? 0 : 1)));
const Cx = distances(3, ethanol.bonds);
const Cy = distances(4, propanol.bonds);
for (const alpha of [0, 0.5, 1]) {
  const { plan, transportCost, structureCost } = fusedGromovWasserstein(M, Cx, Cy, null, null, { alpha, starts: 6 });
  console.log(`alpha ${alpha}: elements ${transportCost.toFixed(3)}, structure ${structureCost.toFixed(3)}`);
  if (alpha !== 0.5) continue;
  for (const [i, j, mass] of plan.entries(1e-9)) {
    console.log(`  ${ethanol.elements[i]}${i} to ${propanol.elements[j]}${j}: ${mass.toFixed(3)}`);
  }
}
