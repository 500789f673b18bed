// Reverse-mode automatic differentiation over scalars: a derivative is made of scalars again, so it can be differentiated again.
// Every scalar remembers of what it was made and how to make its partial derivatives: d out / d in = sum over paths of products of partials.

/** A number, and how it depends on those it was made of. */
export interface Scalar {
  readonly value: number;
  readonly order: number;
  readonly terms: readonly (readonly [argument: Scalar, partial: () => Scalar])[];
}

let made = 0;

function scalar(value: number, terms: Scalar["terms"]): Scalar {
  return { value, order: made++, terms };
}

export const constant = (value: number): Scalar => scalar(value, []);
const zero = constant(0);
const one = constant(1);

export function add(a: Scalar, b: Scalar): Scalar {
  if (a === zero) return b;
  if (b === zero) return a;
  return scalar(a.value + b.value, [
    [a, () => one],
    [b, () => one],
  ]);
}

export function multiply(a: Scalar, b: Scalar): Scalar {
  if (a === one) return b;
  if (b === one) return a;
  return scalar(a.value * b.value, [
    [a, () => b],
    [b, () => a],
  ]);
}

export const scale = (factor: number, a: Scalar): Scalar => multiply(constant(factor), a);
export const total = (all: readonly Scalar[]): Scalar => all.reduce(add, zero);

/** 1 / a. */
export function reciprocal(a: Scalar): Scalar {
  const out: Scalar = scalar(1 / a.value, [[a, () => scale(-1, multiply(out, out))]]);
  return out;
}

/** The root of a > 0. */
export function root(a: Scalar): Scalar {
  const out: Scalar = scalar(Math.sqrt(a.value), [[a, () => scale(0.5, reciprocal(out))]]);
  return out;
}

/** a where a > 0, else slope a. */
export function leaky(a: Scalar, slope: number): Scalar {
  const factor = a.value > 0 ? 1 : slope;
  return scalar(factor * a.value, [[a, () => constant(factor)]]);
}

/** The derivatives of `output` by `inputs`, as scalars that can be differentiated in turn. */
export function derivatives(output: Scalar, inputs: readonly Scalar[]): Scalar[] {
  const adjoints = new Map<Scalar, Scalar>([[output, one]]);
  for (const node of reachable(output)) {
    const adjoint = adjoints.get(node) as Scalar;
    for (const [argument, partial] of node.terms) {
      adjoints.set(argument, add(adjoints.get(argument) ?? zero, multiply(adjoint, partial())));
    }
  }
  return inputs.map((input) => adjoints.get(input) ?? zero);
}

/** Everything that `output` was made of, latest first: so each comes after all that was made of it. */
function reachable(output: Scalar): Scalar[] {
  const seen = new Set<Scalar>([output]);
  const open = [output];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const [argument] of node.terms) {
      if (seen.has(argument)) continue;
      seen.add(argument);
      open.push(argument);
    }
  }
  return [...seen].sort((a, b) => b.order - a.order);
}
