# Gradients of the penalised loss of critics by JAX in f64, differentiated twice: python critics.py > critics.json
import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
rng = np.random.default_rng(1)
penalty = 5.0


def draw(*shape, scale=1.0):
    """Sixty-fourths, so that f32 and decimals hold them exactly."""
    return np.round(rng.normal(size=shape) * scale * 64) / 64


def leaky(a):
    return jnp.where(a > 0, a, 0.2 * a)


def perceptron(w, a):
    a = leaky(a @ w[0].T + w[1])
    a = leaky(a @ w[2].T + w[3])
    return a @ w[4].T + w[5]


def convolution(w, a):
    """Strides and padding, then means of 2 x 2 pixels, then a dense layer over channels, rows, columns."""
    conv = jax.lax.conv_general_dilated
    a = leaky(conv(a, w[0], (2, 2), [(1, 1), (1, 1)]) + w[1][:, None, None])
    a = leaky(conv(a, w[2], (1, 1), [(2, 2), (2, 2)]) + w[3][:, None, None])
    n, c, h, v = a.shape
    a = a.reshape(n, c, h // 2, 2, v // 2, 2).mean((3, 5))
    return a.reshape(n, -1) @ w[4].T + w[5]


def case(u, net, shapes, scale):
    w = [draw(*shape, scale=scale) for shape in shapes]
    x, y = draw(4, *net["input"]), draw(4, *net["input"])
    t = np.round(rng.uniform(size=4) * 64) / 64

    def parts(w):
        z = x + t.reshape([4] + [1] * len(net["input"])) * (y - x)
        g = jax.grad(lambda z: u(w, z).sum())(z).reshape(4, -1)
        over = jnp.maximum(jnp.sqrt((g * g).sum(1)) - 1, 0)
        return u(w, x).mean() - u(w, y).mean(), (over**2).mean(), g

    value, paid, g = parts(w)
    gradient = jax.grad(lambda w: penalty * parts(w)[1] - parts(w)[0])(w)
    flat = lambda arrays: np.concatenate([np.asarray(a).ravel() for a in arrays]).tolist()
    return {
        "net": net,
        "penalty": penalty,
        "weights": flat(w),
        "x": x.ravel().tolist(),
        "y": y.ravel().tolist(),
        "t": t.tolist(),
        "value": float(value),
        "paid": float(paid),
        "slopes": flat([g]),
        "gradient": flat(gradient),
    }


relu = {"kind": "leakyRelu"}
dense = lambda units: {"kind": "dense", "units": units}
conv = lambda channels, size, stride, padding: {
    "kind": "convolution",
    "channels": channels,
    "size": size,
    "stride": stride,
    "padding": padding,
}
cases = {
    "perceptron": case(
        perceptron,
        {"input": [5], "layers": [dense(7), relu, dense(6), relu, dense(1)]},
        [(7, 5), (7,), (6, 7), (6,), (1, 6), (1,)],
        0.7,
    ),
    "convolution": case(
        convolution,
        {
            "input": [2, 7, 8],
            "layers": [conv(3, 3, 2, 1), relu, conv(2, 5, 1, 2), relu, {"kind": "averagePool", "size": 2}, dense(1)],
        },
        [(3, 2, 3, 3), (3,), (2, 3, 5, 5), (2,), (1, 8), (1,)],
        0.8,
    ),
}
print(json.dumps({"jax": jax.__version__, "cases": cases}))
