// Supply and demand with a lane of limited room and not enough for everybody: shipments, and where a unit more would help.
import { allocate, type Lane } from "monge";

const costs = { Aston: [4, 6, 9], Derby: [5, 3, 4], Crewe: [7, 6, 5] };
const shops = ["Leeds", "York", "Bath"];
const lanes = Object.entries(costs).flatMap(([from, prices]) =>
  prices.map((cost, k): Lane => ({ from, to: shops[k], cost, ...(from === "Aston" && k === 0 && { capacity: 10 }) })),
);
const answer = allocate({
  supplies: [
    { name: "Aston", amount: 30 },
    { name: "Derby", amount: 25 },
    { name: "Crewe", amount: 20 },
  ],
  demands: [
    { name: "Leeds", amount: 25 },
    { name: "York", amount: 30 },
    { name: "Bath", amount: 30, unmetCost: 20 },
  ],
  lanes,
});
for (const { from, to, amount } of answer.shipments) console.log(`${from} ships ${amount} to ${to}`);
console.log(`cost ${answer.shippingCost}, unmet ${answer.unmet} at ${answer.unmetCost}`);
for (const { name, oneMore } of answer.supplies) console.log(`one more at ${name} changes the cost by ${oneMore.cost}`);
const full = answer.shipments.find(({ widened }) => widened !== undefined);
console.log(`room for one more from ${full?.from} to ${full?.to} changes it by ${full?.widened?.cost}`);
console.log(`proved optimal: ${answer.certify().relativeGap < 1e-12}`);
