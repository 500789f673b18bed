// Votes of many directions of view at once: what assembly/matching/votes.ts does for one, in f32 with votes in fixed point.
//
// Four passes over a batch: `prepare` projects (and, for affine cameras, brings the average shape to round), `vote` lets every ellipsoid of every
// direction meet the targets of its size, `spread` smooths the bins, `peaks` takes the two best places. Integer sums do not depend on their order.
import { projectionShader } from "./projectionShader.ts";

/** Bins of angle and of shift along either axis, as in assembly/matching/votes.ts. */
export const grid = { turns: 24, side: 32 } as const;
/** Bins of one direction. */
export const bins: number = grid.turns * grid.side * grid.side;
/** Numbers that come back of one direction: scale, W (xx, xy, yy), then bin and votes of two peaks. */
export const answerStride = 8;
/** Threads of a workgroup: of a whole direction, and of the votes. */
export const threads = { direction: 256, vote: 64 } as const;

const circle: string = Array.from({ length: grid.turns }, (_, b) => {
  const angle = (2 * Math.PI * b) / grid.turns;
  return `vec2f(${Math.cos(angle).toFixed(9)}, ${Math.sin(angle).toFixed(9)})`;
}).join(", ");

/** The shader; bindings: task, scene, cameras, targets (by size), seen, votes, smoothed, answers. */
export const votesShader: string = /* wgsl */ `
struct Task {
  n: u32, m: u32, affine: u32, sized: u32,
  blur: f32, size: f32, tolerance: f32, cell: f32,
  unit: f32, pad1: f32, pad2: f32, pad3: f32,
}
@group(0) @binding(0) var<uniform> task: Task;
@group(0) @binding(1) var<storage, read> scene: array<f32>;
@group(0) @binding(2) var<storage, read> cameras: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read_write> seen: array<f32>;
@group(0) @binding(5) var<storage, read_write> votes: array<atomic<u32>>;
// The same once all are counted.
@group(0) @binding(5) var<storage, read_write> counted: array<u32>;
@group(0) @binding(6) var<storage, read_write> smoothed: array<f32>;
@group(0) @binding(7) var<storage, read_write> answers: array<f32>;

const turns = ${grid.turns};
const side = ${grid.side};
const plane = ${grid.side * grid.side};
const all = ${bins};
const wide = ${threads.direction}u;
// Rounder ellipses do not say which way they are turned.
const roundest = 0.15;
const sure = 0.4;
const circle = array<vec2f, ${grid.turns}>(${circle});

fn blur() -> f32 { return task.blur; }
${projectionShader}
// sinh(r) / r and asinh(r) / r.
fn sinhc(r: f32) -> f32 {
  if (r < 0.02) { return 1.0 + r * r / 6.0; }
  return 0.5 * (exp(r) - exp(-r)) / r;
}
fn asinhc(r: f32) -> f32 {
  if (r < 0.02) { return 1.0 - r * r / 6.0; }
  return log(r + sqrt(r * r + 1.0)) / r;
}

// The angle of (x, y): built-in ones may be off by 4096 units of the last place (Abramowitz, Stegun 1964, 4.4.49).
fn angleOf(y: f32, x: f32) -> f32 {
  let large = max(abs(x), abs(y));
  if (large == 0.0) { return 0.0; }
  let z = min(abs(x), abs(y)) / large;
  let s = z * z;
  var a = z * (1.0 + s * (-0.3333314528 + s * (0.1999355085 + s * (-0.1420889944 + s * (0.1065626393
    + s * (-0.0752896400 + s * (0.0429096138 + s * (-0.0161657367 + s * 0.0028662257))))))));
  if (abs(y) > abs(x)) { a = 1.5707963268 - a; }
  if (x < 0.0) { a = 3.1415926536 - a; }
  return select(a, -a, y < 0.0);
}

var<workgroup> sums: array<vec4f, wide>;
var<workgroup> counts: array<atomic<u32>, 2>;

// The sum over the workgroup, for all of its threads.
fn total(value: vec4f, me: u32) -> vec4f {
  workgroupBarrier();
  sums[me] = value;
  workgroupBarrier();
  for (var half = wide / 2u; half > 0u; half /= 2u) {
    if (me < half) { sums[me] += sums[me + half]; }
    workgroupBarrier();
  }
  return sums[0];
}

// An integer in the order of the number.
fn keyOf(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}
fn valueOf(key: u32) -> f32 {
  return bitcast<f32>(select(~key, key & 0x7fffffffu, (key & 0x80000000u) != 0u));
}

// The mean of the sizes without the largest and smallest quarter; both quartiles by their bits, from the highest.
fn meanSize(start: u32, me: u32) -> f32 {
  var known = 0.0;
  for (var i = me; i < task.n; i += wide) { if (seen[start + 5u * i + 2u] > -1e8) { known += 1.0; } }
  let count = u32(total(vec4f(known, 0.0, 0.0, 0.0), me).x);
  let cut = count / 4u;
  let kept = count - 2u * cut;
  var low = 0u;
  var high = 0u;
  for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
    workgroupBarrier();
    if (me < 2u) { atomicStore(&counts[me], 0u); }
    workgroupBarrier();
    for (var i = me; i < task.n; i += wide) {
      let a = seen[start + 5u * i + 2u];
      if (!(a > -1e8)) { continue; }
      let key = keyOf(a);
      if (key < (low | bit)) { atomicAdd(&counts[0], 1u); }
      if (key < (high | bit)) { atomicAdd(&counts[1], 1u); }
    }
    workgroupBarrier();
    if (atomicLoad(&counts[0]) <= cut) { low |= bit; }
    if (atomicLoad(&counts[1]) + cut < count) { high |= bit; }
  }
  // Between the two, and of those as large as either as many as are left.
  var between = vec4f(0.0);
  for (var i = me; i < task.n; i += wide) {
    let a = seen[start + 5u * i + 2u];
    if (!(a > -1e8)) { continue; }
    let key = keyOf(a);
    if (key > low && key < high) { between += vec4f(a, 0.0, 0.0, 0.0); }
    if (key <= low) { between.y += 1.0; }
    if (key < high) { between.z += 1.0; }
  }
  let sum = total(between, me);
  if (low == high) { return valueOf(low); }
  let middle = sum.x + valueOf(low) * (sum.y - f32(cut)) + valueOf(high) * (f32(count - cut) - sum.z);
  return select(middle / f32(kept), 0.0, count == 0u);
}

// One workgroup a direction: features to x, y, a, r, angle in bins; and by how much its picture is to be scaled.
@compute @workgroup_size(${threads.direction})
fn prepare(@builtin(local_invocation_index) me: u32, @builtin(workgroup_id) group: vec3u) {
  let direction = group.x;
  let start = direction * task.n * 5u;
  var shapes = vec4f(0.0);
  for (var i = me; i < task.n; i += wide) {
    let feature = project(direction, i);
    let at = start + 5u * i;
    seen[at] = feature.place.x;
    seen[at + 1u] = feature.place.y;
    seen[at + 2u] = feature.shape.x;
    seen[at + 3u] = feature.shape.y;
    seen[at + 4u] = feature.shape.z;
    if (task.affine != 0u) {
      let r = length(feature.shape.yz);
      let slope = sinhc(r);
      shapes += vec4f(0.5 * (exp(r) + exp(-r)), slope * feature.shape.y, slope * feature.shape.z, 0.0);
    }
  }
  storageBarrier();
  var W = vec3f(1.0, 0.0, 1.0);
  if (task.affine != 0u) {
    let C = total(shapes, me);
    let along = length(C.yz);
    if (along > 1e-6 * C.x) {
      let t = min(along / C.x, 0.999999);
      let r = 0.25 * log((1.0 + t) / (1.0 - t));
      let ch = 0.5 * (exp(r) + exp(-r));
      let sh = -0.5 * (exp(r) - exp(-r)) / along;
      W = vec3f(ch + sh * C.y, sh * C.z, ch - sh * C.y);
    }
    for (var i = me; i < task.n; i += wide) { whiten(start + 5u * i, W); }
  }
  storageBarrier();
  let shift = task.size - meanSize(start, me);
  for (var i = me; i < task.n; i += wide) {
    let at = start + 5u * i;
    let p = seen[at + 3u];
    let q = seen[at + 4u];
    seen[at + 3u] = sqrt(p * p + q * q);
    seen[at + 4u] = angleOf(q, p) * ${grid.turns / (4 * Math.PI)};
    // Hidden ones stay so.
    if (seen[at + 2u] > -1e8) { seen[at + 2u] += shift; }
  }
  if (me == 0u) {
    let to = direction * ${answerStride}u;
    answers[to] = select(1.0, exp(0.5 * shift), task.sized != 0u);
    answers[to + 1u] = W.x;
    answers[to + 2u] = W.y;
    answers[to + 3u] = W.z;
  }
}

// The feature at seen[at] after the map W of determinant 1.
fn whiten(at: u32, W: vec3f) {
  let place = vec2f(seen[at], seen[at + 1u]);
  let p = seen[at + 3u];
  let q = seen[at + 4u];
  let r = sqrt(p * p + q * q);
  let sh = sinhc(r);
  let ch = 0.5 * (exp(r) + exp(-r));
  let M = mat2x2f(W.x, W.y, W.y, W.z);
  let S = M * mat2x2f(ch + sh * p, sh * q, sh * q, ch - sh * p) * M;
  let half = 0.5 * (S[0][0] - S[1][1]);
  let slope = asinhc(length(vec2f(half, S[0][1])));
  let moved = M * place;
  seen[at] = moved.x;
  seen[at + 1u] = moved.y;
  seen[at + 3u] = slope * half;
  seen[at + 4u] = slope * S[0][1];
}

// One thread an ellipsoid and direction; the targets are sorted by size.
@compute @workgroup_size(${threads.vote})
fn vote(@builtin(global_invocation_id) id: vec3u) {
  let direction = id.y;
  if (id.x >= task.n) { return; }
  let at = (direction * task.n + id.x) * 5u;
  let a = seen[at + 2u];
  let ri = seen[at + 3u];
  if (!(a > -1e8) || ri < roundest) { return; }
  let scale = answers[direction * ${answerStride}u] / task.cell;
  let place = scale * vec2f(seen[at], seen[at + 1u]);
  let angle = seen[at + 4u];
  let width = 8.0 / (task.tolerance * task.tolerance);
  let base = direction * u32(all);
  var low = 0u;
  var high = task.m;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (targets[5u * middle + 2u] < a - task.tolerance) { low = middle + 1u; } else { high = middle; }
  }
  for (var j = low; j < task.m; j++) {
    let goalAt = 5u * j;
    let da = a - targets[goalAt + 2u];
    if (da < -task.tolerance) { break; }
    let rj = targets[goalAt + 3u];
    let dr = ri - rj;
    let off = (da * da + dr * dr) * width;
    if (!(off < 8.0) || rj < roundest) { continue; }
    let hat = 1.0 - off * 0.125;
    let weight = hat * hat * min(1.0, min(ri, rj) / sure);
    var turn = targets[goalAt + 4u] - angle;
    if (turn < 0.0) { turn += f32(turns); }
    var b = i32(turn);
    let part = turn - f32(b);
    if (b >= turns) { b -= turns; }
    let goal = vec2f(targets[goalAt], targets[goalAt + 1u]) / task.cell + f32(side / 2);
    let next = select(b + 1, 0, b + 1 == turns);
    drop(base, b, goal, place, weight * (1.0 - part));
    drop(base, next, goal, place, weight * part);
    drop(base, (b + turns / 2) % turns, goal, place, weight * (1.0 - part));
    drop(base, (next + turns / 2) % turns, goal, place, weight * part);
  }
}

fn drop(base: u32, b: i32, goal: vec2f, place: vec2f, weight: f32) {
  let turned = circle[b];
  let g = goal - vec2f(turned.x * place.x - turned.y * place.y, turned.y * place.x + turned.x * place.y);
  if (!(g.x >= 0.0 && g.y >= 0.0 && g.x < f32(side) && g.y < f32(side))) { return; }
  atomicAdd(&votes[base + u32(b * plane + i32(g.y) * side + i32(g.x))], u32(weight * task.unit + 0.5));
}

// Every bin and its neighbours, 1/2 1 1/2 along each of the three axes; angles close in a circle. One thread a column of bins.
@compute @workgroup_size(${threads.vote})
fn spread(@builtin(global_invocation_id) id: vec3u) {
  let base = id.y * u32(all);
  let b = id.x / u32(side);
  let x = id.x % u32(side);
  let layers = base + plane * vec3u((b + turns - 1u) % turns, b, (b + 1u) % turns);
  var before = 0.0;
  var now = across(layers, x);
  for (var y = 0u; y < side; y++) {
    var after = 0.0;
    if (y + 1u < side) { after = across(layers + (y + 1u) * side, x); }
    smoothed[layers.y + y * side + x] = (now + 0.5 * (before + after)) / task.unit;
    before = now;
    now = after;
  }
}

// The sum along the other two axes, of three rows of bins.
fn across(rows: vec3u, x: u32) -> f32 {
  var sum = overTurns(rows + x);
  if (x > 0u) { sum += 0.5 * overTurns(rows + (x - 1u)); }
  if (x + 1u < side) { sum += 0.5 * overTurns(rows + (x + 1u)); }
  return sum;
}

fn overTurns(at: vec3u) -> f32 {
  return f32(counted[at.y]) + 0.5 * (f32(counted[at.x]) + f32(counted[at.z]));
}

var<workgroup> best: array<i32, wide>;
var<workgroup> most: array<f32, wide>;

// The two best places of a direction, the second away from the first; of equal ones the first bin.
@compute @workgroup_size(${threads.direction})
fn peaks(@builtin(local_invocation_index) me: u32, @builtin(workgroup_id) group: vec3u) {
  let base = group.x * u32(all);
  var first = -1;
  for (var peak = 0u; peak < 2u; peak++) {
    var at = 0;
    var value = -1.0;
    for (var k = i32(me); k < all; k += i32(wide)) {
      var now = smoothed[base + u32(k)];
      if (first >= 0) {
        let apart = abs(k / plane - first / plane);
        let y = abs((k / side) % side - (first / side) % side);
        let x = abs(k % side - first % side);
        if (min(apart, turns - apart) <= 2 && y <= 3 && x <= 3) { now = 0.0; }
      }
      if (now > value) {
        value = now;
        at = k;
      }
    }
    workgroupBarrier();
    best[me] = at;
    most[me] = value;
    workgroupBarrier();
    for (var half = wide / 2u; half > 0u; half /= 2u) {
      if (me < half) {
        let other = most[me + half];
        if (other > most[me] || (other == most[me] && best[me + half] < best[me])) {
          most[me] = other;
          best[me] = best[me + half];
        }
      }
      workgroupBarrier();
    }
    first = best[0];
    if (me == 0u) {
      let to = group.x * ${answerStride}u + 4u + 2u * peak;
      answers[to] = f32(first);
      answers[to + 1u] = most[0];
    }
  }
}
`;
