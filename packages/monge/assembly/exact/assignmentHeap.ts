// A 4-ary heap of columns by distance, each in it at most once: keys beside the columns, and where each column stands.

let heapKey: usize = 0;
let heapCol: usize = 0;
// Place of each column in the heap, -1 outside.
let place: usize = 0;
export let heapLength: i32 = 0;

export function heapBytes(size: i32): usize {
  return <usize>size * 16;
}

export function heapInit(size: i32, at: usize): void {
  heapKey = at;
  heapCol = heapKey + (<usize>size << 3);
  place = heapCol + (<usize>size << 2);
  heapLength = 0;
  memory.fill(place, 0xff, <usize>size << 2);
}

// Puts column j in, or moves it up to a smaller key.
export function rise(j: i32, key: f64): void {
  let at = load<i32>(place + (<usize>j << 2));
  if (at < 0) at = heapLength++;
  while (at > 0) {
    const up = (at - 1) >> 2;
    const upKey = load<f64>(heapKey + (<usize>up << 3));
    if (upKey <= key) break;
    const col = load<i32>(heapCol + (<usize>up << 2));
    store<f64>(heapKey + (<usize>at << 3), upKey);
    store<i32>(heapCol + (<usize>at << 2), col);
    store<i32>(place + (<usize>col << 2), at);
    at = up;
  }
  store<f64>(heapKey + (<usize>at << 3), key);
  store<i32>(heapCol + (<usize>at << 2), j);
  store<i32>(place + (<usize>j << 2), at);
}

// The column of the least key, taken out; heapLength > 0.
export function pop(): i32 {
  const top = load<i32>(heapCol);
  heapLength--;
  if (heapLength > 0) {
    const key = load<f64>(heapKey + (<usize>heapLength << 3));
    const j = load<i32>(heapCol + (<usize>heapLength << 2));
    let at = 0;
    while (true) {
      const first = 4 * at + 1;
      if (first >= heapLength) break;
      const last = min(first + 4, heapLength);
      let child = first;
      let childKey = load<f64>(heapKey + (<usize>first << 3));
      for (let k = first + 1; k < last; k++) {
        const other = load<f64>(heapKey + (<usize>k << 3));
        if (other < childKey) {
          childKey = other;
          child = k;
        }
      }
      if (childKey >= key) break;
      const col = load<i32>(heapCol + (<usize>child << 2));
      store<f64>(heapKey + (<usize>at << 3), childKey);
      store<i32>(heapCol + (<usize>at << 2), col);
      store<i32>(place + (<usize>col << 2), at);
      at = child;
    }
    store<f64>(heapKey + (<usize>at << 3), key);
    store<i32>(heapCol + (<usize>at << 2), j);
    store<i32>(place + (<usize>j << 2), at);
  }
  store<i32>(place + (<usize>top << 2), -1);
  return top;
}

// Any column, taken out without keeping order: for emptying the heap.
export function drop(): i32 {
  heapLength--;
  const j = load<i32>(heapCol + (<usize>heapLength << 2));
  store<i32>(place + (<usize>j << 2), -1);
  return j;
}
