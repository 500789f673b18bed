"""Colour transfer as POT's documentation does it: a thousand pixels of either picture, EMDTransport, all pixels out of sample. Prints CPU seconds.

Usage: colors.py FOLDER, which holds source.npy and reference.npy, n x 3 in [0, 1].
"""

import os
import sys
import time

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402
import ot  # noqa: E402

source = np.load(os.path.join(sys.argv[1], "source.npy"))
reference = np.load(os.path.join(sys.argv[1], "reference.npy"))
generator = np.random.RandomState(42)

begin = time.process_time()
sampled = source[generator.randint(source.shape[0], size=1000)]
wanted = reference[generator.randint(reference.shape[0], size=1000)]
transport = ot.da.EMDTransport()
transport.fit(Xs=sampled, Xt=wanted)
moved = np.clip(transport.transform(Xs=source), 0, 1)
elapsed = time.process_time() - begin
assert moved.shape == source.shape
print(elapsed)
