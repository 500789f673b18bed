// A transport map learned from samples: a Gaussian onto eight spots, by critics one after the other.
import { mlp, type Sampler, w1Map, w1MapFromBytes } from "monge/potential";

const centre: Sampler = {
  shape: [2],
  draw(count, rng, out) {
    for (let k = 0; k < 2 * count; k++) out[k] = 0.3 * rng.normal();
  },
};
const spots: Sampler = {
  shape: [2],
  draw(count, rng, out) {
    for (let i = 0; i < count; i++) {
      const angle = (rng.integer(8) * Math.PI) / 4;
      out[2 * i] = Math.cos(angle) + 0.1 * rng.normal();
      out[2 * i + 1] = Math.sin(angle) + 0.1 * rng.normal();
    }
  },
};

const map = w1Map(centre, spots, { net: mlp(2, [64, 64]), critics: 4, steps: 400 });
console.log(map.explain());

const { before, estimate, floor, moved } = map.certify({ count: 256 });
console.log(`exact W1 between samples: ${before.toFixed(2)} before, ${estimate.toFixed(2)} after`);
console.log(`two samples of the target are ${floor.toFixed(2)} apart`);
console.log(`within 0.1 of that: ${estimate < floor + 0.1}; nearly the shortest way: ${moved < 1.15 * before}`);

const again = w1MapFromBytes(map.toBytes());
const [x, y] = again.apply([[0.2, 0]]).data;
console.log(`(0.2, 0) lands on the spot at (1, 0): ${Math.hypot(x - 1, y) < 0.4}`);
