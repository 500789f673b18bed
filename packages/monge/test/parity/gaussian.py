# Prints what POT 0.9.7 says about Gaussians and mixtures: the numbers in gaussian.test.ts. Run by hand: python gaussian.py
import numpy as np
import ot

ms, mt = np.array([1.0, 2.0]), np.array([-1.0, 0.5])
Cs = np.array([[2.0, 0.5], [0.5, 1.0]])
Ct = np.array([[1.0, -0.3], [-0.3, 3.0]])
Cu = np.array([[0.5, 0.1], [0.1, 0.4]])
print("distance", ot.gaussian.bures_wasserstein_distance(ms, mt, Cs, Ct))
print("bures", ot.gaussian.bures_distance(Cs, Ct))
A, b = ot.gaussian.bures_wasserstein_mapping(ms, mt, Cs, Ct)
print("mapping", A.tolist(), b.tolist())
mb, Cb = ot.gaussian.bures_wasserstein_barycenter(
    np.array([ms, mt, [0.0, 0.0]]), np.array([Cs, Ct, Cu]), np.array([0.5, 0.3, 0.2]), num_iter=10000, eps=1e-14
)
print("barycenter", mb.tolist(), Cb.tolist())
D = np.diag([3.0, 2.0, 0.5])
print("gromov", ot.gaussian.gaussian_gromov_wasserstein_distance(D, Cs))
means_s, means_t = np.array([ms, [0.0, 3.0]]), np.array([mt, [4.0, 1.0], [0.0, 0.0]])
covs_s, covs_t = np.array([Cs, Cu]), np.array([Ct, Cu, Cs])
ws, wt = np.array([0.4, 0.6]), np.array([0.3, 0.2, 0.5])
print("dist_bures_squared", ot.gmm.dist_bures_squared(means_s, means_t, covs_s, covs_t).tolist())
print("gmm_ot_loss", ot.gmm.gmm_ot_loss(means_s, means_t, covs_s, covs_t, ws, wt))
print("gmm_ot_plan", ot.gmm.gmm_ot_plan(means_s, means_t, covs_s, covs_t, ws, wt).tolist())
x = np.array([[0.5, 1.5], [1.0, 3.0]])
print("gmm_pdf", ot.gmm.gmm_pdf(x, means_s, covs_s, ws).tolist())
print("gmm_ot_apply_map", ot.gmm.gmm_ot_apply_map(x, means_s, means_t, covs_s, covs_t, ws, wt).tolist())
