// Seeded randomness: sfc32 (Chris Doty-Humphrey's PractRand generator), 32-bit integer arithmetic, so the same bits everywhere.

/** A seeded stream of numbers. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Box-Muller on two uniforms). */
  normal(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
}

/** Starts a stream. Any finite `seed` is allowed; its 64 float bits are the key. A seed has 2^32 streams, numbered by integers. */
export function random(seed: number, stream = 0): Random {
  const key = new Uint32Array(new Float64Array([seed]).buffer);
  let a = key[0] | 0;
  let b = key[1] | 0;
  let c = (0x9e3779b9 + stream) | 0;
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let k = 0; k < 15; k++) next();
  const uniform = (): number => (next() * 2097152 + (next() >>> 11)) / 9007199254740992;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (below) => Math.floor(uniform() * below),
  };
}
