// Groups of Gaussians merged into one each, with the mass, mean and covariance of the group: moment matching.
// w = sum w_i, m = sum w_i m_i / w, A = sum w_i (A_i + (m_i - m)(m_i - m)^T) / w: also the Gaussian of least KL divergence from the group.
import type { Mixture } from "../measure/mixture.ts";

/** The mixture of `count` groups; component i belongs to group `labels[i]`. A group without mass gets the moments of equal masses. */
export function mergeGroups({ means, covariances, weights }: Mixture, labels: Int32Array, count: number): Mixture {
  const { data, rows: n, cols: d } = means;
  const mass = new Float64Array(count);
  for (let i = 0; i < n; i++) mass[labels[i]] += weights[i];
  const members = new Float64Array(count);
  for (let i = 0; i < n; i++) members[labels[i]]++;
  const shareOf = (i: number): number => (mass[labels[i]] > 0 ? weights[i] / mass[labels[i]] : 1 / members[labels[i]]);
  const mean = new Float64Array(count * d);
  // Relative to a member's mean, so that a cloud far from the origin keeps its digits.
  const origin = new Float64Array(count * d);
  for (let i = n - 1; i >= 0; i--) for (let k = 0; k < d; k++) origin[labels[i] * d + k] = data[i * d + k];
  for (let i = 0; i < n; i++) {
    const share = shareOf(i);
    const at = labels[i] * d;
    for (let k = 0; k < d; k++) mean[at + k] += share * (data[i * d + k] - origin[at + k]);
  }
  for (let at = 0; at < mean.length; at++) mean[at] += origin[at];
  const covariance = new Float64Array(count * d * d);
  for (let i = 0; i < n; i++) {
    const share = shareOf(i);
    const at = labels[i] * d;
    for (let r = 0; r < d; r++) {
      const gap = data[i * d + r] - mean[at + r];
      const row = (at + r) * d;
      for (let c = 0; c <= r; c++) {
        covariance[row + c] += share * (covariances[(i * d + r) * d + c] + gap * (data[i * d + c] - mean[at + c]));
      }
    }
  }
  for (let l = 0; l < count; l++) {
    for (let r = 0; r < d; r++)
      for (let c = 0; c < r; c++) covariance[(l * d + c) * d + r] = covariance[(l * d + r) * d + c];
  }
  return { kind: "mixture", means: { data: mean, rows: count, cols: d }, covariances: covariance, weights: mass };
}
