// Kantorovich potentials in high dimension, and the maps that follow from them.
export {};
