// The cheapest permutation by trying all n! of them.

/** min over permutations s of sum_i cost(i, s(i)); n <= 8. */
export function bestPermutation(n: number, cost: (i: number, j: number) => number): number {
  const search = (i: number, used: number): number => {
    if (i === n) return 0;
    let best = Infinity;
    for (let j = 0; j < n; j++) {
      if ((used & (1 << j)) === 0) best = Math.min(best, cost(i, j) + search(i + 1, used | (1 << j)));
    }
    return best;
  };
  return search(0, 0);
}
