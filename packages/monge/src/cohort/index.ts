// Two groups of measures compared.
export {};
