"""What PyTorch computes, for tests/ml/test_parity.c: activations, the derivative by every parameter, and ten training
losses, for each architecture (small widths) and optimizer. Needs torch and numpy; the files it writes are kept.

    python3 tests/parity/make_parity.py [efficientnet-lite0-57934424.pth]

With the weights of EfficientNet-Lite0 (GET THANOSQL MODEL brings them), also their features of 50 pictures.
Everything is computed in double precision, so that the files hold the true values, and the C code's float32 is what is
measured. Weights and pictures are not in the files: both sides make them from the same formula (number()).
"""
import json
import os
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))


def number(stream, count):
    """count numbers in -1..1 with 12 bits each: SplitMix64 of stream * 2^32 + index."""
    with np.errstate(over="ignore"):
        z = (np.uint64(stream) << np.uint64(32)) + np.arange(count, dtype=np.uint64)
        z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(52)).astype(np.float64) / 2048 - 1


class Cnn(nn.Module):
    def __init__(self, w, channels):
        super().__init__()
        wide = [channels, w, 2 * w, 4 * w, 4 * w]
        for i in range(4):
            setattr(self, f"conv{i+1}", nn.Conv2d(wide[i], wide[i + 1], 3, 2 if i else 1, 1, bias=False))
            setattr(self, f"bn{i+1}", nn.BatchNorm2d(wide[i + 1]))
        self.embedding = 16 * w
        self.hidden = 4 * w

    def forward(self, x):
        for i in range(4):
            x = F.relu(getattr(self, f"bn{i+1}")(getattr(self, f"conv{i+1}")(x)))
        # channels last, as the C code keeps them
        return F.adaptive_avg_pool2d(x, 2).permute(0, 2, 3, 1).flatten(1)


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        out = width * (4 if bottleneck else 1)
        if bottleneck:
            shapes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)]
        else:
            shapes = [(inputs, width, 3, stride), (width, width, 3, 1)]
        self.count = len(shapes)
        for i, (a, b, k, s) in enumerate(shapes):
            setattr(self, f"conv{i+1}", nn.Conv2d(a, b, k, s, k // 2, bias=False))
            setattr(self, f"bn{i+1}", nn.BatchNorm2d(b))
        self.downsample = None
        if stride > 1 or inputs != out:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = F.relu(y) if i < self.count else y
        return F.relu(y + (self.downsample(x) if self.downsample else x))


class Resnet(nn.Module):
    def __init__(self, w, channels, blocks, bottleneck, small):
        super().__init__()
        self.small = small
        self.conv1 = nn.Conv2d(channels, w, 3 if small else 7, 1 if small else 2, 1 if small else 3, bias=False)
        self.bn1 = nn.BatchNorm2d(w)
        at = w
        for stage, count in enumerate(blocks):
            layers = []
            for i in range(count):
                layers.append(Block(at, w << stage, 2 if stage and not i else 1, bottleneck))
                at = (w << stage) * (4 if bottleneck else 1)
            setattr(self, f"layer{stage+1}", nn.Sequential(*layers))
        self.embedding = self.hidden = at

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if not self.small:
            x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(4):
            x = getattr(self, f"layer{stage+1}")(x)
        return x.mean((2, 3))


class Same(nn.Conv2d):
    """TensorFlow's padding: out = ceil(in / stride), the odd zero below and right."""

    def forward(self, x):
        pads = []
        for size in (x.shape[3], x.shape[2]):
            need = max((-(-size // self.stride[0]) - 1) * self.stride[0] + self.kernel_size[0] - size, 0)
            pads += [need // 2, need - need // 2]
        return F.conv2d(F.pad(x, pads), self.weight, None, self.stride, 0, 1, self.groups)


class Inverted(nn.Module):
    def __init__(self, inputs, out, kernel, stride, expansion):
        super().__init__()
        wide, self.shortcut, self.wide = inputs * expansion, stride == 1 and inputs == out, expansion > 1
        if self.wide:
            self._expand_conv, self._bn0 = Same(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide, 1e-3)
        self._depthwise_conv = Same(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, 1e-3)
        self._project_conv, self._bn2 = Same(wide, out, 1, bias=False), nn.BatchNorm2d(out, 1e-3)

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.wide else x
        y = self._bn2(self._project_conv(F.relu6(self._bn1(self._depthwise_conv(y)))))
        return y + x if self.shortcut else y


class Lite0(nn.Module):
    STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
              (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]

    def __init__(self):
        super().__init__()
        self._conv_stem, self._bn0 = Same(3, 32, 3, 2, bias=False), nn.BatchNorm2d(32, 1e-3)
        blocks, at = [], 32
        for repeats, kernel, stride, expansion, out in self.STAGES:
            for i in range(repeats):
                blocks.append(Inverted(at, out, kernel, 1 if i else stride, expansion))
                at = out
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = Same(320, 1280, 1, bias=False), nn.BatchNorm2d(1280, 1e-3)
        self.embedding = self.hidden = 1280

    def forward(self, x):
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return F.relu6(self._bn1(self._conv_head(x))).mean((2, 3))


class WithHead(nn.Module):
    def __init__(self, body, head):
        super().__init__()
        self.body = body
        self.head = nn.Sequential(nn.Linear(body.embedding, body.hidden), nn.ReLU(), nn.Linear(body.hidden, head))

    def forward(self, x):
        h = self.body(x)
        return h, self.head(h)


def named(model):
    """Parameters and running statistics under the names of the C code, in its order."""
    state = {k.removeprefix("body."): v for k, v in model.state_dict(keep_vars=True).items()}
    return {k: v for k, v in state.items() if "num_batches" not in k}


def fill(model):
    with torch.no_grad():
        for name, t in sorted(named(model).items()):
            stream = sum(ord(c) * (i + 1) for i, c in enumerate(name))
            v = torch.tensor(number(stream, t.numel())).reshape(t.shape)
            if t.dim() > 1:
                fan = t[0].numel()
                v = v * float(np.float32((3 / fan) ** 0.5))
            elif "running_var" in name or ("bn" in name or "downsample.1" in name) and name.endswith("weight"):
                # the last norm of a bottleneck is small, else ten steps of a 50-layer net this narrow are chaos
                v = (1 + v / 4) / (8 if name.endswith("bn3.weight") else 1)
            else:
                v = v / 8
            t.copy_(v.float().double())


def ntxent(h, temperature):
    z = F.normalize(h, dim=1)
    s = z @ z.T / temperature
    s.fill_diagonal_(float("-inf"))
    return F.cross_entropy(s, torch.arange(len(h)) ^ 1)


class Lars(torch.optim.Optimizer):
    """You et al. 2017 as SimCLR's code has it: biases and norms neither scaled nor decayed."""

    def __init__(self, params, lr, momentum, weight_decay):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                g, trust = p.grad, 1.0
                if p.dim() > 1:
                    g = g + group["weight_decay"] * p
                    trust = 0.001 * p.norm() / g.norm()
                state = self.state[p].setdefault("v", torch.zeros_like(p))
                state.mul_(group["momentum"]).add_(g * trust * group["lr"])
                p.sub_(state)


RATES = {"adam": 1e-3, "sgd": 0.005, "lars": 0.05}
DECAY, MOMENTUM, WARM, STEPS = 1e-2, 0.9, 3, 10


def optimizer_for(name, model):
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() == 1]
    groups = [dict(params=decayed, weight_decay=DECAY), dict(params=plain, weight_decay=0.0)]
    if name == "adam":
        return torch.optim.Adam(groups, lr=1)
    if name == "sgd":
        return torch.optim.SGD(groups, lr=1, momentum=MOMENTUM)
    return Lars(groups, lr=1, momentum=MOMENTUM, weight_decay=0)


def rate(step):
    if step < WARM:
        return (step + 1) / (WARM + 1)
    return 0.5 * (1 + np.cos(np.pi * (step - WARM) / (STEPS - WARM)))


def save(path, tensors):
    header, body, at = {}, b"", 0
    for name in sorted(tensors):
        v = np.ascontiguousarray(np.asarray(tensors[name], dtype="<f4"))
        header[name] = dict(dtype="F32", shape=list(v.shape), data_offsets=[at, at + v.nbytes])
        at += v.nbytes
        body += v.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


CASES = {  # name: (network, pictures, size, channels)
    "cnn": (lambda: Cnn(2, 1), 8, 28, 1),
    "resnet18": (lambda: Resnet(2, 3, [2, 2, 2, 2], False, True), 8, 16, 3),
    "resnet18_usual": (lambda: Resnet(2, 3, [2, 2, 2, 2], False, False), 6, 64, 3),
    "resnet50": (lambda: Resnet(2, 3, [3, 4, 6, 3], True, True), 16, 16, 3),
    "efficientnet_lite0": (Lite0, 3, 40, 3),  # inference only; an odd size on the way (40, 20, 10, 5)
}
HEAD, TEMPERATURE = 8, 0.5


def dump(case):
    make, count, size, channels = CASES[case]
    out = {}
    x = torch.tensor(number(7, count * size * size * channels)).reshape(count, size, size, channels)
    x = x.permute(0, 3, 1, 2).contiguous()

    def fresh():
        model = WithHead(make(), HEAD).double()
        fill(model)
        return model

    model = fresh().eval()
    with torch.no_grad():
        out["inference.embedding"] = model(x)[0].numpy()
    if case.startswith("efficientnet"):
        return save(os.path.join(HERE, case + ".safetensors"), out)
    model = fresh().train()
    h, z = model(x)
    loss = ntxent(z, TEMPERATURE)
    loss.backward()
    out["training.embedding"], out["training.output"] = h.detach().numpy(), z.detach().numpy()
    for name, p in named(model).items():
        if p.requires_grad:
            out["gradient." + name] = p.grad.numpy()
        else:
            out["after." + name] = p.numpy()
    for rule, peak in RATES.items():
        model, losses = fresh().train(), []
        optimizer = optimizer_for(rule, model)
        for step in range(STEPS):
            for group in optimizer.param_groups:
                group["lr"] = peak * rate(step)
            optimizer.zero_grad()
            loss = ntxent(model(x)[1], TEMPERATURE)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        out["losses." + rule] = np.array(losses)
    save(os.path.join(HERE, case + ".safetensors"), out)
    print(case, {k: np.round(v, 4).tolist() for k, v in out.items() if k.startswith("losses")})


def dump_real(weights):
    """Every 20th feature of 50 pictures of each size, as the published weights see them."""
    model, out = Lite0(), {}
    model.load_state_dict(torch.load(weights), strict=False)
    for size in (64, 128, 160):
        x = torch.tensor(number(7, 50 * size * size * 3)).reshape(50, size, size, 3).permute(0, 3, 1, 2)
        x = F.avg_pool2d(x, 8).repeat_interleave(8, 2).repeat_interleave(8, 3) * 4  # patches, a little like pictures
        with torch.no_grad():
            out[f"features.{size}"] = model.double().eval()(x)[:, ::20].numpy()
    save(os.path.join(HERE, "efficientnet_lite0_real.safetensors"), out)


if __name__ == "__main__":
    torch.manual_seed(0)
    if len(sys.argv) > 1:
        dump_real(sys.argv[1])
    for one in CASES:
        dump(one)
