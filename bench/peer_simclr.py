"""The peer of BUILD: SimCLR as the paper has it, in PyTorch, on the same pictures: a narrow ResNet-18 (16 channels at
first, stem for small pictures), two affine views without flips, NT-Xent at .2, Adam.

    peer_simclr.py [--epochs 20] [--seed 1]      prints seconds and retrieval after each of 1, 5 and 20 epochs
"""
import argparse
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

from digits import tutorial_digits
from measures import leave_one_out, nearest_label

WIDTH, BATCH, TEMPERATURE, RATE = 16, 64, .2, 1e-3


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.short = nn.Sequential() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return functional.relu(self.path(x) + self.short(x))


def network():
    layers, inputs = [nn.Conv2d(1, WIDTH, 3, 1, 1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()], WIDTH
    for stage in range(4):
        for block in range(2):
            outputs = WIDTH << stage
            layers.append(Block(inputs, outputs, 2 if stage and not block else 1))
            inputs = outputs
    body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    head = nn.Sequential(nn.Linear(inputs, inputs), nn.ReLU(), nn.Linear(inputs, 64))
    return body, head


def views(x):
    """Rotation, scale, shear, shift and contrast, as the digits preset has them."""
    n = len(x)
    draw = lambda half: (torch.rand(n) * 2 - 1) * half  # noqa: E731
    angle, scale, shear = draw(.35), 1 + draw(.2), draw(.3)
    turn = torch.stack([torch.cos(angle), -torch.sin(angle) + shear, draw(.15),
                        torch.sin(angle), torch.cos(angle), draw(.15)], 1).reshape(n, 2, 3)
    turn[:, :, :2] *= scale[:, None, None]
    grid = functional.affine_grid(turn, x.shape, align_corners=False)
    return (functional.grid_sample(x, grid, align_corners=False) * (1 + draw(.3))[:, None, None, None]).clamp(0, 1)


def nt_xent(a, b):
    z = functional.normalize(torch.cat([a, b]), dim=1)
    scores = z @ z.T / TEMPERATURE
    scores.fill_diagonal_(-torch.inf)
    return functional.cross_entropy(scores, torch.arange(len(z)).roll(len(a)))


def embed(body, pictures):
    body.eval()
    with torch.no_grad():
        rows = torch.cat([body(p) for p in torch.tensor(pictures).split(500)]).numpy()
    body.train()
    return rows


def report(epoch, seconds, body, digits):
    vectors = {name: embed(body, x) for name, (x, _) in digits.items()}
    centre = vectors["train"].mean(0)
    v = {name: rows - centre for name, rows in vectors.items()}
    figures = [*leave_one_out(v["sample"], digits["sample"][1]),
               nearest_label(v["test"], digits["test"][1], v["train"], digits["train"][1])]
    print(f"  PyTorch SimCLR, narrow ResNet-18, epochs {epoch:2}, {seconds:6.1f} s   "
          + "  ".join(f"{f:.3f}" for f in figures), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    digits = {name: (x[:, None].astype(numpy.float32) / 255, y) for name, (x, y) in tutorial_digits().items()}
    train = torch.tensor(digits["train"][0])
    body, head = network()
    optimizer = torch.optim.Adam([*body.parameters(), *head.parameters()], RATE)
    seconds = 0
    for epoch in range(1, options.epochs + 1):
        started = time.perf_counter()
        for rows in torch.randperm(len(train)).split(BATCH):
            optimizer.zero_grad()
            nt_xent(head(body(views(train[rows]))), head(body(views(train[rows])))).backward()
            optimizer.step()
        seconds += time.perf_counter() - started
        if epoch in (1, 5, options.epochs):
            report(epoch, seconds, body, digits)


if __name__ == "__main__":
    main()
