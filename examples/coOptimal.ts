// Two surveys of the same people with the same questions, both lists in another order and nothing labelled: who is who, and what is what.
import { random } from "monge";
import { coOptimalTransport } from "monge/gromov";

const { normal, integer } = random(11);
const [people, questions] = [120, 15];
const shuffled = (count: number): number[] => {
  const order = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
};
// Answers are about a level of the question, with a spread of its own.
const first = Array.from({ length: people }, () =>
  Array.from({ length: questions }, (_, k) => k / 3 + (1 + (k % 4)) * normal()),
);
const [who, what] = [shuffled(people), shuffled(questions)];
const second = who.map((i) => what.map((k) => first[i][k] + 0.1 * normal()));

const { value, samples, features, report, certify } = coOptimalTransport(first, second, null, null);
const peopleFound = who.filter((i, j) => samples.at(i, j) > 0).length;
const questionsFound = what.filter((k, l) => features.at(k, l) > 0).length;
console.log(`${report.status}: ${peopleFound} of ${people} people, ${questionsFound} of ${questions} questions`);
console.log(`mean squared difference ${value.toFixed(4)}, that of the noise is 0.01`);
const { samplesGap, featuresGap } = certify();
console.log(`neither plan alone can be improved: ${Math.max(samplesGap, featuresGap) < 1e-8}`);
