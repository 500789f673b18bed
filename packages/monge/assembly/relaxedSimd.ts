// The mark of the relaxed-SIMD build: compiled into that one only, so that a report can tell which build computed.
export function relaxedSimd(): void {}
