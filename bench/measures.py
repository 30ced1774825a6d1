"""Retrieval figures over vectors: leave-one-out precision and nearest neighbours, by cosine."""
import numpy


def unit(rows):
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def leave_one_out(vectors, labels):
    """P@1, P@3, P@10 and mAP of each row among the others; equal scores in row order."""
    scores = unit(vectors) @ unit(vectors).T
    numpy.fill_diagonal(scores, -numpy.inf)
    order = numpy.argsort(-scores, axis=1, kind="stable")[:, :-1]
    hits = labels[order] == labels[:, None]
    precision = numpy.cumsum(hits, axis=1) / numpy.arange(1, hits.shape[1] + 1)
    average = (precision * hits).sum(1) / numpy.maximum(hits.sum(1), 1)
    return numpy.array([hits[:, 0].mean(), hits[:, :3].mean(), hits[:, :10].mean(), average.mean()])


def nearest_label(queries, query_labels, gallery, gallery_labels, k=1):
    """Share of the k nearest of the gallery that have the query's label."""
    scores = unit(queries) @ unit(gallery).T
    order = numpy.argsort(-scores, axis=1, kind="stable")[:, :k]
    return (gallery_labels[order] == query_labels[:, None]).mean()
