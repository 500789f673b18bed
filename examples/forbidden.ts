// Forbidden pairs: Infinity in a cost. Where no plan is left, the error names the atoms that are stuck.
import { emd, isOtError } from "monge";

const never = Number.POSITIVE_INFINITY;

// Two workers may only use machine 0, which has room for one.
try {
  emd(null, null, [
    [1, never, never],
    [2, never, never],
    [3, 1, 1],
  ]);
} catch (error) {
  if (!isOtError(error, "Infeasible")) throw error;
  console.log(error.message);
  console.log(
    `stuck: rows ${error.witness?.rows.join(", ")}; all they may reach: columns ${error.witness?.columns.join(", ")}`,
  );
}

// Allow one more pair and a plan exists.
const { plan } = emd(null, null, [
  [1, never, never],
  [2, 5, never],
  [3, 1, 1],
]);
for (const [i, j] of plan.entries()) console.log(`${i} uses ${j}`);
