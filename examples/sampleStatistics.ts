// How far two samples are apart, what chance alone would show, and when a stream begins to drift.
import { driftMonitor, random, sampleDistance, twoSampleTest } from "monge";

const rng = random(7);
const draw = (n: number, shift = 0): number[][] =>
  Array.from({ length: n }, () => [rng.normal() + shift, rng.normal(), rng.normal()]);

// The same law twice: the distance is no smaller than what halves of one sample show.
const [x, y] = [draw(80), draw(80)];
const alike = sampleDistance(x, y, { kind: "w2", resamples: 0 });
console.log(`equal laws: W2 = ${alike.distance.toFixed(2)}, bias ${alike.splitHalfBias.toFixed(2)}`);
console.log(`p = ${twoSampleTest(x, y).pValue.toFixed(2)}`);

const moved = draw(80, 0.8);
const apart = sampleDistance(x, moved, { kind: "energy" });
console.log(`shifted: energy distance ${apart.distance.toFixed(2)}, bias ${apart.splitHalfBias.toFixed(2)}`);
console.log(`p = ${twoSampleTest(x, moved).pValue}`);

// A stream that drifts from batch 6 on; no false alarm in 19 of 20 such streams, however long.
const monitor = driftMonitor(draw(200), { control: "ever" });
for (let batch = 1; batch <= 8; batch++) {
  const { alarm } = monitor.update(draw(40, batch < 6 ? 0 : 1));
  if (alarm) console.log(`alarm at batch ${batch}`);
}
