// The types of features.mjs, for the tests.
export interface Features {
  readonly pot: readonly { readonly pot: string }[];
}
export function readFeatures(): Features;
export function readPotNames(): string[];
export function exportedNames(library: object): string[];
export function disagreements(features: Features, potNames: readonly string[], exports: readonly string[]): string[];
export function render(features: Features): string;
