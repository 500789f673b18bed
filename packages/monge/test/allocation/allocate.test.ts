// Allocation against brute force over whole shipments, its margins against solving again, and what it refuses.
import { type Allocation, type AllocationProblem, allocate, type Lane, random } from "monge";
import { describe, expect, it } from "vitest";

/** The least of (unserved demand that must be served, cost) over all whole shipments, lane by lane. */
function bruteForce({ supplies, demands, lanes }: AllocationProblem): [unserved: number, cost: number] {
  const stock = supplies.map(({ amount }) => amount);
  const need = demands.map(({ amount }) => amount);
  const row = new Map(supplies.map(({ name }, k) => [name, k]));
  const column = new Map(demands.map(({ name }, k) => [name, k]));
  let best: [number, number] = [Infinity, Infinity];
  const descend = (at: number, paid: number): void => {
    if (at === lanes.length) {
      let [unserved, cost] = [0, paid];
      demands.forEach(({ unmetCost }, j) => {
        if (unmetCost === undefined) unserved += need[j];
        else cost += need[j] * unmetCost;
      });
      if (unserved < best[0] || (unserved === best[0] && cost < best[1])) best = [unserved, cost];
      return;
    }
    const { from, to, cost, capacity = Infinity } = lanes[at];
    const [i, j] = [row.get(from) ?? 0, column.get(to) ?? 0];
    const most = Math.min(stock[i], need[j], capacity);
    for (let x = 0; x <= most; x++) {
      stock[i] -= x;
      need[j] -= x;
      descend(at + 1, paid + cost * x);
      stock[i] += x;
      need[j] += x;
    }
  };
  descend(0, 0);
  return best;
}

function randomProblem(seed: number): AllocationProblem {
  const { integer, uniform } = random(seed);
  const supplies = Array.from({ length: 2 }, (_, k) => ({ name: `S${k}`, amount: integer(4) }));
  const demands = Array.from({ length: 3 }, (_, k) => ({
    name: `D${k}`,
    amount: integer(4),
    ...(uniform() < 0.4 && { unmetCost: integer(8) }),
  }));
  const lanes: Lane[] = [];
  for (const { name: from } of supplies) {
    for (const { name: to } of demands) {
      if (uniform() < 0.2) continue;
      lanes.push({ from, to, cost: integer(10) - 1, ...(uniform() < 0.4 && { capacity: integer(3) }) });
    }
  }
  return { supplies, demands, lanes };
}

/** (unserved demand that must be served, cost) of an answer. */
function objective({ demands }: AllocationProblem, answer: Allocation): [number, number] {
  const must = answer.demands.filter((_, j) => demands[j].unmetCost === undefined);
  return [must.reduce((sum, { unmet }) => sum + unmet, 0), answer.shippingCost + answer.unmetCost];
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe("allocate", () => {
  it.each(seeds)(
    "seed %i: costs what the best of all whole shipments costs, and ships whole amounts within the limits",
    (seed) => {
      const problem = randomProblem(seed);
      const answer = allocate(problem);
      expect(objective(problem, answer)).toEqual(bruteForce(problem));
      expect(answer.shipments.every(({ amount }) => Number.isInteger(amount))).toBe(true);
      for (const { from, to, amount } of answer.shipments) {
        const lane = problem.lanes.find((other) => other.from === from && other.to === to);
        expect(amount).toBeLessThanOrEqual(lane?.capacity ?? Infinity);
      }
      for (const { left, unmet } of [
        ...answer.supplies.map(({ left }) => ({ left, unmet: 0 })),
        ...answer.demands.map(({ unmet }) => ({ left: 0, unmet })),
      ]) {
        expect(left).toBeGreaterThanOrEqual(0);
        expect(unmet).toBeGreaterThanOrEqual(0);
      }
      expect(answer.certify().relativeGap).toBeLessThan(1e-12);
    },
  );

  it.each(seeds)("seed %i: one unit more or less changes what the margins say", (seed) => {
    const problem = randomProblem(seed);
    const answer = allocate(problem);
    const [unserved, cost] = objective(problem, answer);
    const differs = (changed: AllocationProblem, said: { cost: number; unmet: number } | null): void => {
      if (said === null) return;
      const [after, paid] = bruteForce(changed);
      expect({ cost: paid - cost + 0, unmet: after - unserved + 0 }).toEqual(said);
    };
    problem.supplies.forEach((supply, i) => {
      const by = (step: number): AllocationProblem => ({
        ...problem,
        supplies: problem.supplies.with(i, { ...supply, amount: supply.amount + step }),
      });
      differs(by(1), answer.supplies[i].oneMore);
      if (supply.amount > 0) differs(by(-1), answer.supplies[i].oneLess);
    });
    problem.demands.forEach((demand, j) => {
      const by = (step: number): AllocationProblem => ({
        ...problem,
        demands: problem.demands.with(j, { ...demand, amount: demand.amount + step }),
      });
      differs(by(1), answer.demands[j].oneMore);
      if (demand.amount > 0) differs(by(-1), answer.demands[j].oneLess);
    });
    answer.shipments.forEach(({ from, to, widened }) => {
      if (widened === undefined) return;
      const lanes = problem.lanes.map((lane) =>
        lane.from === from && lane.to === to ? { ...lane, capacity: (lane.capacity ?? 0) + 1 } : lane,
      );
      differs({ ...problem, lanes }, widened);
    });
  });

  it("async and steps give the plain answer", async () => {
    const problem = randomProblem(7);
    const { report: _, certify: __, ...plain } = allocate(problem);
    expect(await allocate.async(problem)).toMatchObject(plain);
    const run = allocate.steps(problem);
    while (!run.next().done);
    expect(run.result).toMatchObject(plain);
  });

  const fine: AllocationProblem = {
    supplies: [{ name: "A", amount: 1 }],
    demands: [{ name: "B", amount: 1 }],
    lanes: [{ from: "A", to: "B", cost: 1 }],
  };
  it.each([
    ["no supplies", { ...fine, supplies: [] }, /no supplies/],
    ["two of a name", { ...fine, demands: [...fine.demands, ...fine.demands] }, /two demands called B/],
    ["a lane from nowhere", { ...fine, lanes: [{ from: "C", to: "B", cost: 1 }] }, /starts at C, which is no supply/],
    ["a lane to nowhere", { ...fine, lanes: [{ from: "A", to: "C", cost: 1 }] }, /ends at C, which is no demand/],
    ["two lanes of a pair", { ...fine, lanes: [...fine.lanes, ...fine.lanes] }, /two of the lane from A to B/],
    [
      "a cost that is none",
      { ...fine, lanes: [{ from: "A", to: "B", cost: Number.NaN }] },
      /cost of the lane from A to B is NaN/,
    ],
    [
      "a negative capacity",
      { ...fine, lanes: [{ from: "A", to: "B", cost: 1, capacity: -1 }] },
      /capacity of the lane from A to B is -1/,
    ],
    ["a negative amount", { ...fine, supplies: [{ name: "A", amount: -2 }] }, /amount of A is -2/],
    [
      "an infinite unmet cost",
      { ...fine, demands: [{ name: "B", amount: 1, unmetCost: Infinity }] },
      /unmet cost of B is Infinity/,
    ],
  ])("%s: one clear error", (_, problem, message) => {
    expect(() => allocate(problem)).toThrow(message);
  });
});
