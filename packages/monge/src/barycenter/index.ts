// Means of measures in the Wasserstein space.
export {};
