// Who does what: workers to tasks at least total cost, one task each; a third task stays undone.
import { assignment } from "monge";

const hours = [
  [4, 1, 3],
  [2, 0, 5],
];
const result = assignment(hours);
console.log(`${result.cost} hours in all`);
for (const [worker, task] of result.columns.entries()) {
  console.log(`worker ${worker} does task ${task} in ${hours[worker][task]}`);
}
console.log(`task ${result.rows.indexOf(-1)} stays undone`);
