// Whether sums between grids are worth a try in plain numbers, by how that went before.

/** Remembers when sums in plain numbers were out of range. */
export interface Range {
  /** Whether they are worth a try. */
  suits(axis: 0 | 1): boolean;
  saw(axis: 0 | 1, held: boolean): void;
  forget(): void;
}

/** After each failure they rest for twice as long. */
export function startRange(): Range {
  const rest = [0, 0];
  const wait = [1, 1];
  return {
    suits(axis) {
      if (rest[axis] === 0) return true;
      rest[axis]--;
      return false;
    },
    saw(axis, held) {
      if (held) wait[axis] = 1;
      else rest[axis] = wait[axis] *= 2;
    },
    forget() {
      rest.fill(0);
      wait.fill(1);
    },
  };
}
