// The exports of the module `gromov`: products of dense and sparse matrices.
export { heapBase } from "../memory";
export { product, productBytes, sparseProduct, transpose } from "./product";
