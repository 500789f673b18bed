// The entry point monge/image: transport between pictures, their colours, shapes and places; a test pins this list.
export type { ColorMethod } from "./colorPlan.ts";
export type { ColorSpace } from "./colorSpace.ts";
export {
  type ColorTransfer,
  type ColorTransferOptions,
  type ColorTransferResult,
  colorTransfer,
} from "./colorTransfer.ts";
export { type GradientStatistics, gradientStatistics } from "./gradients.ts";
export type { GuidedOptions } from "./guided.ts";
export { type Morph, type MorphOptions, type MorphResult, morph } from "./morph.ts";
export { type Palette, type PaletteOptions, palette } from "./palette.ts";
export type { Picture } from "./picture.ts";
export { type Register, type RegisterOptions, type RegisterResult, register } from "./register.ts";
export {
  type RegisterPictures,
  type RegisterPicturesOptions,
  type RegisterPicturesResult,
  registerPictures,
} from "./registerPictures.ts";
