// Scores of many cameras at once, sum_j log(1 + sum_i exp(-d_ij^2 / 2) / rest) over the pairs with d^2 < limit, in f32.
//
// d^2 = |x_i - x_j|^2 / sx^2 + |(a, p, q)_i - (a, p, q)_j|^2 / sc^2, as in assembly/matching/pairs.ts; all pairs are looked at, without a grid.
import { projectionShader } from "./projectionShader.ts";

/** Threads of a workgroup. */
export const scoreThreads = 128;

/** The shader; bindings: task, scene, cameras, targets, seen, scores. */
export const scoresShader: string = /* wgsl */ `
struct Task {
  n: u32, m: u32, blur: f32, place: f32,
  shape: f32, limit: f32, rest: f32, pad: f32,
}
@group(0) @binding(0) var<uniform> task: Task;
@group(0) @binding(1) var<storage, read> scene: array<f32>;
@group(0) @binding(2) var<storage, read> cameras: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read_write> seen: array<f32>;
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;

const wide = ${scoreThreads}u;
fn blur() -> f32 { return task.blur; }
${projectionShader}
@compute @workgroup_size(${scoreThreads})
fn see(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= task.n) { return; }
  let feature = project(id.y, id.x);
  let at = (id.y * task.n + id.x) * 5u;
  seen[at] = feature.place.x;
  seen[at + 1u] = feature.place.y;
  seen[at + 2u] = feature.shape.x;
  seen[at + 3u] = feature.shape.y;
  seen[at + 4u] = feature.shape.z;
}

var<workgroup> sums: array<f32, wide>;

// One workgroup a camera, one thread a target.
@compute @workgroup_size(${scoreThreads})
fn score(@builtin(local_invocation_index) me: u32, @builtin(workgroup_id) group: vec3u) {
  let first = group.x * task.n * 5u;
  var mine = 0.0;
  for (var j = me; j < task.m; j += wide) {
    let t = 5u * j;
    let place = vec2f(targets[t], targets[t + 1u]);
    let shape = vec3f(targets[t + 2u], targets[t + 3u], targets[t + 4u]);
    var sum = 0.0;
    for (var i = 0u; i < task.n; i++) {
      let at = first + 5u * i;
      let x = vec2f(seen[at], seen[at + 1u]) - place;
      let near = dot(x, x) * task.place;
      if (!(near < task.limit)) { continue; }
      let s = vec3f(seen[at + 2u], seen[at + 3u], seen[at + 4u]) - shape;
      let d = near + dot(s, s) * task.shape;
      if (d < task.limit) { sum += exp(-0.5 * d); }
    }
    mine += log(1.0 + sum / task.rest);
  }
  sums[me] = mine;
  workgroupBarrier();
  for (var half = wide / 2u; half > 0u; half /= 2u) {
    if (me < half) { sums[me] += sums[me + half]; }
    workgroupBarrier();
  }
  if (me == 0u) { scores[group.x] = sums[0]; }
}
`;
