"""A plain stem in numpy, for comparison: histograms of gradients by cell (Dalal and Triggs 2005), colour by cell, PCA with
half of the whitening. Nothing is learnt but the components."""
import numpy

BINS, CELLS, COMPONENTS = 8, 7, 128


def cell_windows(side):
    """(CELLS, side): a Gaussian window for each cell of one axis, whose sum is 1."""
    centres = (numpy.arange(CELLS) + .5) * side / CELLS
    windows = numpy.exp(-((numpy.arange(side) + .5 - centres[:, None]) / (.55 * side / CELLS)) ** 2 / 2)
    return windows / windows.sum(1, keepdims=True)


def features(pictures):
    """(n, side, side, 3) of 0 to 255: square roots of the energy in each direction of each cell, and the cells' colours."""
    windows = cell_windows(pictures.shape[1])
    pool = lambda maps: numpy.einsum("ay,bx,nyxc->nabc", windows, windows, maps, optimize=True)  # noqa: E731
    down, right = numpy.gradient(pictures.mean(3) / 255, axis=(1, 2))
    length = numpy.hypot(down, right)
    place = (numpy.arctan2(down, right) / (2 * numpy.pi) % 1) * BINS
    share = numpy.maximum(0, 1 - numpy.abs((place[..., None] - numpy.arange(BINS) + BINS / 2) % BINS - BINS / 2))
    gradient = numpy.sqrt(pool(share * length[..., None])).reshape(len(pictures), -1)
    colour = pool(pictures / 255).reshape(len(pictures), -1)
    return [block - block.mean(1, keepdims=True) for block in (gradient, colour)]


def gradient_stem(parts):
    """Vectors of each part's pictures; weights of the blocks and components are taken from the first."""
    blocks = [features(p) for p in parts]
    scales = [numpy.linalg.norm(b - b.mean(0), axis=1).mean() for b in blocks[0]]
    rows = [numpy.hstack([weight * b / s for b, s, weight in zip(part, scales, (1, .3))]) for part in blocks]
    centre = rows[0].mean(0)
    _, values, axes = numpy.linalg.svd(rows[0] - centre, full_matrices=False)
    half_white = axes[:COMPONENTS].T / numpy.sqrt(values[:COMPONENTS])
    return [(r - centre) @ half_white for r in rows]
