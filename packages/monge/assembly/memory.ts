// Where the workspace may start to allocate: the first byte behind the module's static data.
export function heapBase(): usize {
  return __heap_base;
}
