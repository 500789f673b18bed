// The namespace `cost`: one constructor a kind.
export { custom } from "./custom.ts";
export { dense } from "./dense.ts";
export { gaussians } from "./gaussians.ts";
export { grid } from "./grid.ts";
export { lowRank } from "./lowRank.ts";
export { points } from "./points.ts";
export { sparse } from "./sparse.ts";
