// Domain adaptation: samples of one domain moved onto another.
export {};
