// A list of doubles that grows by doubling: an array of numbers would box them.

export interface NumberList {
  push(value: number): void;
  /** A copy of the numbers so far. */
  values(): Float64Array;
}

export function numberList(): NumberList {
  let data = new Float64Array(1024);
  let length = 0;
  return {
    push(value) {
      if (length === data.length) {
        const larger = new Float64Array(2 * length);
        larger.set(data);
        data = larger;
      }
      data[length++] = value;
    },
    values: () => data.slice(0, length),
  };
}
