// The entry point monge/kernels/relaxed: the entropic kernels with fused multiply-adds, for engines with relaxed SIMD
// (Chromium, Node 22). Their bits differ from those of the built-in ones, and may differ from machine to machine.
import { bytes as entropicBytes } from "./generated/entropicRelaxed.ts";
import { bytes as potentialBytes } from "./generated/potentialRelaxed.ts";
import { bytes as truncatedBytes } from "./generated/truncatedRelaxed.ts";
import { decode } from "./module.ts";

/** The build of the family `entropic`, for `loadKernels(import("monge/kernels/relaxed"))`. */
export const entropic: Uint8Array<ArrayBuffer> = /*#__PURE__*/ decode(entropicBytes);

/** The build of the family `truncated`. */
export const truncated: Uint8Array<ArrayBuffer> = /*#__PURE__*/ decode(truncatedBytes);

/** The build of the family `potential`. */
export const potential: Uint8Array<ArrayBuffer> = /*#__PURE__*/ decode(potentialBytes);
