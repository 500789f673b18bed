// Partial transport: match only what is worth matching. Two clouds share a shape; one of them has strays that should stay unmatched.
import { cost, partialTransport, partialTransport1d, random, unbalancedTransport } from "monge";

const { normal, uniform } = random(7);
const shape = Array.from({ length: 60 }, () => [normal(), normal()]);
const source = shape.map(([x, y]) => [x + 0.05 * normal(), y + 0.05 * normal()]);
const strays = Array.from({ length: 20 }, () => [8 + uniform(), 8 + uniform()]);
const target = [...shape, ...strays];
const C = cost.points(source, target);
const ones = (count: number): number[] => new Array<number>(count).fill(1);

// All of the lighter side moves, and the strays stay.
const all = partialTransport(ones(60), ones(80), C);
const used = [...all.plan.entries()].filter(([, j]) => j >= 60).length;
console.log(`${all.mass} units moved, ${used} to strays`);

// Half of the mass; the next unit would cost lambda.
const half = partialTransport(ones(60), ones(80), C, { mass: 30 });
console.log(`30 units cost ${half.value.toFixed(4)}, the next about ${half.potentials.lambda.toFixed(4)}`);
console.log(`gap below 1e-12: ${Math.abs(half.certify().gap) < 1e-12}`);

// Instead of a mass, a price: each unit moved earns 0.01.
console.log(`${partialTransport(ones(60), ones(80), C, { lambda: 0.01 }).mass} units are worth 0.01 each`);

// A soft version: the marginals may differ from the masses, at a price.
const soft = unbalancedTransport(ones(60), ones(80), C, { penalty: 1 });
console.log(`under KL ${soft.mass.toFixed(1)} units move, ${soft.report.status} by ${soft.report.method}`);

// On the line, all numbers of pairs at once.
const { costs } = partialTransport1d([0, 1, 5], [0.5, 2, 9]);
console.log(`1, 2, 3 pairs cost ${[...costs.slice(1)].join(", ")}`);
