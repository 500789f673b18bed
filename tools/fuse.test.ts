// The relaxed-SIMD build's sources: products that are added become one instruction, everything else stays as it was written.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fuse } from "./fuse.mjs";

it.each([
  ["f64x2.add(x, f64x2.mul(y, z))", "f64x2.relaxed_madd(y, z, x)"],
  ["f64x2.add(f64x2.mul(y, z), x)", "f64x2.relaxed_madd(y, z, x)"],
  ["f64x2.sub(x, f64x2.mul(y, z))", "f64x2.relaxed_nmadd(y, z, x)"],
  ["f64x2.sub(f64x2.mul(y, z), x)", "f64x2.sub(f64x2.mul(y, z), x)"],
  ["f64x2.add(f64x2.mul(a, b), f64x2.mul(c, d))", "f64x2.relaxed_madd(c, d, f64x2.mul(a, b))"],
  ["f64x2.add(f64x2.add(s, f64x2.mul(a, b)), f(c, d))", "f64x2.add(f64x2.relaxed_madd(a, b, s), f(c, d))"],
  [
    "v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(t, v128.load(at, 16))), 16);",
    "v128.store(to, f64x2.relaxed_madd(t, v128.load(at, 16), v128.load(to, 16)), 16);",
  ],
  ["f64x2.add(x, v128.and(f64x2.mul(t, c), mask))", "f64x2.add(x, v128.and(f64x2.mul(t, c), mask))"],
  ["f64x2.add(x, y) + g(f64x2.neg(z))", "f64x2.add(x, y) + g(f64x2.neg(z))"],
])("fuse(%j)", (source, expected) => expect(fuse(source)).toBe(expected));

it("what is not fused comes through letter by letter", () => {
  const folder = new URL("../packages/monge/assembly/exact/", import.meta.url);
  for (const name of readdirSync(folder)) {
    const source = readFileSync(new URL(name, folder), "utf8");
    if (!/f64x2\.mul/.test(source)) expect(fuse(source)).toBe(source);
  }
});
