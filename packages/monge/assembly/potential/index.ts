// The exports of the module `potential`: what a step of a critic needs of its layers, in f32.
export { heapBase } from "../memory";
export { blendRows, fillRows, gatherRows, leaky, masked, maskRows, swapAxes } from "./activation";
export { adam } from "./adam";
export { convolutionBytes, convolve, convolveBack, convolveWeights } from "./convolution";
export { columnSums, outputs, rowNorms, scaleRows } from "./penalty";
export { averagePool, averagePoolBack } from "./pool";
export { product, productBytes } from "./product";
