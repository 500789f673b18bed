// Contracts multiply-adds in AssemblyScript sources, as C compilers do: f64x2.add(x, f64x2.mul(y, z)) becomes one relaxed instruction
// with one rounding, f64x2.sub(x, f64x2.mul(y, z)) likewise, and f32x4 as f64x2. For the relaxed-SIMD build; the sources stay one.

/** The source with its multiply-adds contracted. */
export function fuse(source) {
  let out = "";
  let from = 0;
  for (const { index, 0: name } of source.matchAll(/\b(?:f64x2|f32x4)\.(?:add|sub)\(/g)) {
    if (index < from) continue;
    const args = callArguments(source, index + name.length);
    out += source.slice(from, index) + contracted(name, args.list.map(fuse));
    from = args.end;
  }
  return out + source.slice(from);
}

function contracted(name, [left, right]) {
  const [lanes, operation] = [name.slice(0, 5), name.slice(6, -1)];
  const [first, second] = [factors(left, lanes), factors(right, lanes)];
  if (second !== null) {
    return `${lanes}.relaxed_${operation === "add" ? "madd" : "nmadd"}(${second.join(", ")}, ${left.trim()})`;
  }
  if (first !== null && operation === "add") return `${lanes}.relaxed_madd(${first.join(", ")}, ${right.trim()})`;
  return `${name}${left},${right})`;
}

/** The factors of an expression that is nothing but a product, or null. */
function factors(expression, lanes) {
  const text = expression.trim();
  if (!text.startsWith(`${lanes}.mul(`)) return null;
  const { list, end } = callArguments(text, `${lanes}.mul(`.length);
  return end === text.length ? list.map((factor) => factor.trim()) : null;
}

/** The arguments of a call from behind its bracket, and the place behind the closing one. */
function callArguments(source, begin) {
  const list = [];
  let depth = 0;
  let from = begin;
  for (let at = begin; at < source.length; at++) {
    const character = source[at];
    if (character === "(") depth++;
    else if ((character === "," || character === ")") && depth === 0) {
      if (source.slice(from, at).trim() !== "") list.push(source.slice(from, at));
      from = at + 1;
      if (character === ")") return { list, end: at + 1 };
    } else if (character === ")") depth--;
  }
  throw new Error("a call without an end");
}
