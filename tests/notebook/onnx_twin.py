"""An ONNX file read and run the plain way, for what COPY MODEL writes: protobuf by its wire format, operators in numpy.
https://protobuf.dev/programming-guides/encoding and https://onnx.ai/onnx/operators"""
import struct

import numpy


def varint(data, at):
    """The number at `at`, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of each field: an int, or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = divmod(key, 8)
        if kind == 0:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            assert at + size <= len(data)
            value, at = data[at:at + size], at + size
        yield number, value


def every(data, number):
    return [value for n, value in fields(data) if n == number]


def numbers(data, number):
    """A repeated integer, packed or not."""
    out = []
    for value in every(data, number):
        at = 0
        while isinstance(value, bytes) and at < len(value):
            one, at = varint(value, at)
            out.append(one)
        if isinstance(value, int):
            out.append(value)
    return out


def attribute(data):
    (name,), kind = every(data, 1), every(data, 20)[0]
    value = {1: lambda: struct.unpack("<f", every(data, 2)[0])[0], 2: lambda: (every(data, 3) or [0])[0],
             7: lambda: numbers(data, 8)}[kind]()
    return name.decode(), value


def tensor(data):
    kind = {1: "<f4", 7: "<i8"}[every(data, 2)[0]]
    values = numpy.frombuffer(every(data, 9)[0], kind).reshape(numbers(data, 1))
    return every(data, 8)[0].decode(), values.astype(float) if kind == "<f4" else values


def windows(x, a, fill):
    """(n, channels, out, out, kernel, kernel)"""
    top, left, bottom, right = a["pads"]
    x = numpy.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    w = numpy.lib.stride_tricks.sliding_window_view(x, a["kernel_shape"], (2, 3))
    return w[:, :, ::a["strides"][0], ::a["strides"][1]]


def conv(a, x, weights):
    w = windows(x, a, 0)
    if a["group"] > 1:
        assert a["group"] == x.shape[1] == len(weights)
        return numpy.einsum("nchwij,cij->nchw", w, weights[:, 0])
    return numpy.einsum("nchwij,kcij->nkhw", w, weights, optimize=True)


def norm(a, x, scale, bias, mean, variance):
    column = (slice(None), None, None)
    return (x - mean[column]) / numpy.sqrt(variance[column] + a["epsilon"]) * scale[column] + bias[column]


OPERATORS = {
    "Conv": conv, "BatchNormalization": norm,
    "Relu": lambda a, x: numpy.maximum(x, 0), "Clip": lambda a, x, low, high: numpy.clip(x, low, high),
    "Add": lambda a, x, y: x + y, "Sub": lambda a, x, y: x - y, "Div": lambda a, x, y: x / y,
    "Max": lambda a, x, y: numpy.maximum(x, y), "Gemm": lambda a, x, y: x @ (y.T if a["transB"] else y),
    "MaxPool": lambda a, x: windows(x, a, -numpy.inf).max((4, 5)),
    "AveragePool": lambda a, x: windows(x, a, 0).mean((4, 5)),
    "GlobalAveragePool": lambda a, x: x.mean((2, 3), keepdims=True),
    "Gather": lambda a, x, places: x.take(places, a["axis"]),
    "TopK": lambda a, x, k: -numpy.sort(-x)[..., :k[0]],
    "Unsqueeze": lambda a, x, axes: numpy.expand_dims(x, tuple(axes)), "Abs": lambda a, x: abs(x),
    "Transpose": lambda a, x: x.transpose(a["perm"]), "Flatten": lambda a, x: x.reshape(len(x), -1),
    "ReduceL2": lambda a, x: numpy.sqrt((x * x).sum(tuple(a["axes"]), keepdims=True)),
}


def run(path, pictures):
    """The output of the file's graph; pictures (n, channels, size, size)."""
    model = path.read_bytes()
    (graph,) = every(model, 7)
    values = dict(tensor(t) for t in every(graph, 5))
    (given,), (wanted,) = (every(every(graph, n)[0], 1) for n in (11, 12))
    values[given.decode()] = pictures
    for node in every(graph, 1):
        inputs = [values[name.decode()] for name in every(node, 1)]
        output, (operator,) = every(node, 2)[0], every(node, 4)
        values[output.decode()] = OPERATORS[operator.decode()](dict(attribute(a) for a in every(node, 5)), *inputs)
    return values[wanted.decode()]
