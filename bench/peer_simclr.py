"""The peer of BUILD: SimCLR as the paper has it, in PyTorch, on the same pictures: a narrow ResNet-18 (16 channels at
first, stem for small pictures), two views, NT-Xent at .2, Adam.

    peer_simclr.py [--pictures digits|photographs] [--epochs 20] [--seed 1]

prints seconds and retrieval after each of 1, 5 and 20 epochs."""
import argparse
import time

import numpy
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from changes import CHANGES
from digits import tutorial_digits
from measures import leave_one_out, nearest_label, unit
from photographs import photographs

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


def network(channels):
    layers, inputs = [nn.Conv2d(channels, WIDTH, 3, 1, 1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()], WIDTH
    for stage in range(4):
        for block in range(2):
            outputs = WIDTH << stage
            layers.append(Block(inputs, outputs, 2 if stage and not block else 1))
            inputs = outputs
    body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    head = nn.Sequential(nn.Linear(inputs, inputs), nn.ReLU(), nn.Linear(inputs, 64))
    return body, head


def draw(n, half):
    return (torch.rand(n) * 2 - 1) * half


def resample(x, affine):
    return functional.grid_sample(x, functional.affine_grid(affine, x.shape, align_corners=False), align_corners=False,
                                  padding_mode="reflection" if x.shape[1] == 3 else "zeros")


def views_of_digits(x):
    """Rotation, scale, shear, shift and contrast, as the digits preset has them."""
    n = len(x)
    angle, scale, shear = draw(n, .35), 1 + draw(n, .2), draw(n, .3)
    turn = torch.stack([torch.cos(angle), -torch.sin(angle) + shear, draw(n, .15),
                        torch.sin(angle), torch.cos(angle), draw(n, .15)], 1).reshape(n, 2, 3)
    turn[:, :, :2] *= scale[:, None, None]
    return (resample(x, turn) * (1 + draw(n, .3))[:, None, None, None]).clamp(0, 1)


def views_of_photographs(x):
    """The paper's crop (of 30 % and more of the area), mirror, colour and grey."""
    n = len(x)
    side = torch.sqrt(torch.rand(n) * .7 + .3)
    mirror, none = torch.sign(torch.rand(n) - .5), torch.zeros(n)
    crop = torch.stack([side * mirror, none, draw(n, 1) * (1 - side), none, side, draw(n, 1) * (1 - side)], 1)
    x = resample(x, crop.reshape(n, 2, 3))
    one = lambda half: (1 + draw(n, half))[:, None, None, None]  # noqa: E731
    x = (x * one(.4)).clamp(0, 1)
    x = ((x - x.mean((1, 2, 3), keepdim=True)) * one(.4) + x.mean((1, 2, 3), keepdim=True)).clamp(0, 1)
    grey = x.mean(1, keepdim=True).expand_as(x)
    keep = torch.where(torch.rand(n) < .2, torch.zeros(n), 1 + draw(n, .4))[:, None, None, None]
    return (grey + (x - grey) * keep).clamp(0, 1)


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


def digits():
    """What is trained on, and what is reported of a trained network: P@1, P@3, P@10, mAP in the 200, then 1-NN."""
    parts = {name: (x[:, None].astype(numpy.float32) / 255, y) for name, (x, y) in tutorial_digits().items()}

    def measure(body):
        vectors = {name: embed(body, x) for name, (x, _) in parts.items()}
        v = {name: rows - vectors["train"].mean(0) for name, rows in vectors.items()}
        return [*leave_one_out(v["sample"], parts["sample"][1]),
                nearest_label(v["test"], parts["test"][1], v["train"], parts["train"][1])]
    return parts["train"][0], views_of_digits, measure


def colour():
    """As digits(): 1-NN, P@3, P@10 of the 2,000, then recall@1 of 500 of them after each change."""
    tensor = lambda x: x.transpose(0, 3, 1, 2).astype(numpy.float32) / 255  # noqa: E731
    sets = photographs()
    parts = {name: (tensor(x), y) for name, (x, y) in sets.items()}
    pictures = [Image.fromarray(p) for p in sets["test"][0][:500]]
    changed = [tensor(numpy.array([numpy.asarray(change(p).resize((32, 32), Image.BICUBIC)) for p in pictures]))
               for change in CHANGES.values()]

    def measure(body):
        centre = embed(body, parts["train"][0]).mean(0)
        v = {name: embed(body, x) - centre for name, (x, _) in parts.items()}
        recall = [((unit(embed(body, c) - centre) @ unit(v["test"]).T).argmax(1) == numpy.arange(500)).mean() for c in changed]
        return [nearest_label(v["test"], parts["test"][1], v["train"], parts["train"][1], k) for k in (1, 3, 10)] + recall
    return parts["train"][0], views_of_photographs, measure


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", choices=("digits", "photographs"), default="digits")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    train, views, measure = (digits if options.pictures == "digits" else colour)()
    train = torch.tensor(train)
    body, head = network(train.shape[1])
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
            print(f"  PyTorch SimCLR, narrow ResNet-18, {options.pictures}, epochs {epoch:2}, {seconds:6.1f} s   "
                  + "  ".join(f"{f:.3f}" for f in measure(body)), flush=True)


if __name__ == "__main__":
    main()
