# PyTorch and JAX on one thread of the CPU, as long-lived processes like the peers in critics/: critics.py torch|jax FOLDER
import base64
import json
import resource
import sys
from pathlib import Path

import numpy as np

name, folder = sys.argv[1], Path(sys.argv[2])
problem = json.loads((folder / "problem.json").read_text())
net, batch, penalty = problem["net"], problem["batch"], problem["penalty"]
rate, betas = problem["learningRate"], problem["betas"]
shape = [batch, *net["input"]]
flat, x, y, t = (np.fromfile(folder / f"{part}.f32", np.float32) for part in ("weights", "x", "y", "t"))
x, y = x.reshape(shape), y.reshape(shape)
t = t.reshape([batch] + [1] * (len(shape) - 1))


def split():
    channels, sides, at, parts = net["input"][0], net["input"][1:], 0, []
    for layer in net["layers"]:
        if layer["kind"] == "leakyRelu":
            continue
        if layer["kind"] == "dense":
            matrix = [layer["units"], channels * int(np.prod(sides))]
            sides = []
        else:
            size, stride, padding = layer["size"], layer.get("stride", 1), layer.get("padding", 0)
            matrix = [layer["channels"], channels, size, size]
            sides = [(side + 2 * padding - size) // stride + 1 for side in sides]
        for part in (matrix, matrix[:1]):
            length = int(np.prod(part))
            parts.append(flat[at : at + length].reshape(part))
            at += length
        channels = matrix[0]
    return parts


def torch_peer():
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    weights = [torch.tensor(part, requires_grad=True) for part in split()]
    px, py, pt = (torch.tensor(part) for part in (x, y, t))
    optimizer = torch.optim.Adam(weights, lr=rate, betas=tuple(betas))

    def u(a):
        k = 0
        for layer in net["layers"]:
            if layer["kind"] == "leakyRelu":
                a = torch.nn.functional.leaky_relu(a, layer.get("slope", 0.2))
            elif layer["kind"] == "dense":
                a = torch.nn.functional.linear(a.flatten(1), weights[k], weights[k + 1])
                k += 2
            else:
                a = torch.nn.functional.conv2d(
                    a, weights[k], weights[k + 1], layer.get("stride", 1), layer.get("padding", 0)
                )
                k += 2
        return a

    def loss():
        z = (px + pt * (py - px)).requires_grad_(True)
        (g,) = torch.autograd.grad(u(z).sum(), z, create_graph=True)
        over = (g.flatten(1).norm(dim=1) - 1).clamp(min=0)
        return penalty * (over**2).mean() - (u(px).mean() - u(py).mean())

    def gradient():
        value = loss()
        return float(value), np.concatenate([g.flatten().numpy() for g in torch.autograd.grad(value, weights)])

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    return torch.__version__, gradient, step


def jax_peer():
    import os

    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import jax.numpy as jnp

    def u(weights, a):
        k = 0
        for layer in net["layers"]:
            if layer["kind"] == "leakyRelu":
                a = jax.nn.leaky_relu(a, layer.get("slope", 0.2))
            elif layer["kind"] == "dense":
                a = a.reshape(batch, -1) @ weights[k].T + weights[k + 1]
                k += 2
            else:
                padding, stride = layer.get("padding", 0), layer.get("stride", 1)
                a = jax.lax.conv_general_dilated(a, weights[k], (stride, stride), [(padding, padding)] * 2)
                a = a + weights[k + 1][:, None, None]
                k += 2
        return a

    def loss(weights):
        z = x + t * (y - x)
        g = jax.grad(lambda at: u(weights, at).sum())(z).reshape(batch, -1)
        over = jnp.maximum(jnp.sqrt((g * g).sum(1)) - 1, 0)
        return penalty * (over**2).mean() - (u(weights, x).mean() - u(weights, y).mean())

    @jax.jit
    def adam(weights, m, v, count):
        gradients = jax.grad(loss)(weights)
        m = [betas[0] * a + (1 - betas[0]) * g for a, g in zip(m, gradients)]
        v = [betas[1] * a + (1 - betas[1]) * g * g for a, g in zip(v, gradients)]
        pace, root = rate / (1 - betas[0] ** count), jnp.sqrt(1 - betas[1] ** count)
        weights = [w - pace * a / (jnp.sqrt(b) / root + 1e-8) for w, a, b in zip(weights, m, v)]
        return weights, m, v

    state = [jnp.array(part) for part in split()]
    state = [state, [jnp.zeros_like(w) for w in state], [jnp.zeros_like(w) for w in state], 0]

    def gradient():
        value, parts = jax.jit(jax.value_and_grad(loss))(state[0])
        return float(value), np.concatenate([np.asarray(g).ravel() for g in parts])

    def step():
        state[3] += 1
        state[:3] = adam(*state[:3], jnp.float32(state[3]))
        jax.block_until_ready(state[0])

    return jax.__version__, gradient, step


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


version, gradient, step = torch_peer() if name == "torch" else jax_peer()
for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "gradient":
        loss, weights = gradient()
        answer = {"version": version, "loss": loss, "weights": base64.b64encode(weights.astype(np.float32).tobytes()).decode()}
    else:
        before = cpu()
        for _ in range(request["steps"]):
            step()
        answer = {"cpu": (cpu() - before) / request["steps"]}
    print(json.dumps(answer), flush=True)
