"""Answers lines with the milliseconds that numpy, scipy or scikit-image take for one piece of work."""
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import scipy.fft
from skimage.registration import phase_cross_correlation

kept = {}


def keep(key, make):
    """Data that is made once and not timed."""
    if key not in kept:
        kept.clear()
        kept[key] = make()
    return kept[key]


def load(stem, kind, size):
    return [np.fromfile(f"{stem}-{name}", dtype=kind).reshape(size, size) for name in ("later", "reference")]


def binned(frame, factor):
    rows, columns = frame.shape[0] // factor, frame.shape[1] // factor
    blocks = frame[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor)
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def edge(length, width):
    inside = np.minimum(np.arange(length), np.arange(length)[::-1]) + 0.5
    return np.where(inside >= width, 1, 0.5 - 0.5 * np.cos(np.pi * inside / width)).astype(np.float32)


def pipeline(later, reference, largest):
    """The steps of a registration up to the peak: bin, trim, taper, pad, transform, filter, multiply, inverse, peak, CCC."""
    factor = -(-max(later.shape) // largest)
    images = [binned(later, factor), binned(reference, factor)] if factor > 1 else [later, reference]
    size = max(images[0].shape)
    trim = int(0.04 * size + 1)
    rows, columns = (length - 2 * trim for length in images[0].shape)
    shape = [scipy.fft.next_fast_len(int(np.ceil(1.9 * length)), real=True) for length in (rows, columns)]
    window = edge(rows, 0.1 / 0.92 * rows)[:, None] * edge(columns, 0.1 / 0.92 * columns)
    key = tuple(shape)
    if key not in filters:
        fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])
        s = np.hypot(fy, fx)
        band = (1 - np.exp(-s * s / (2 * 0.03**2))) * np.where(s < 0.25, 1, np.exp(-((s - 0.25) ** 2) / (2 * 0.05**2)))
        filters[key] = np.sqrt(band).astype(np.float32)
    spectra = []
    for image in images:
        used = image[trim : trim + rows, trim : trim + columns].astype(np.float32)
        level = np.concatenate([used[0], used[-1], used[1:-1, 0], used[1:-1, -1]]).mean(dtype=np.float64)
        spectra.append(scipy.fft.rfft2((used - np.float32(level)) * window, s=shape) * filters[key])
    a, c = spectra
    correlation = scipy.fft.irfft2(c * np.conj(a), s=shape)
    filtered = [scipy.fft.irfft2(spectrum, s=shape)[:rows, :columns] for spectrum in spectra]
    peak = np.unravel_index(np.argmax(correlation), correlation.shape)
    shift = [int(p) - (length if 2 * p > length else 0) for p, length in zip(peak, shape)]
    parts = []
    for image, sign in zip(filtered, (-1, 1)):
        starts = [max(0, sign * s) for s in shift]
        parts.append(image[starts[0] : rows - max(0, -sign * shift[0]), starts[1] : columns - max(0, -sign * shift[1])].ravel())
    coefficient = np.corrcoef(parts[0], parts[1])[0, 1]
    offsets = []
    for axis in range(2):
        before, after = list(peak), list(peak)
        before[axis] = (peak[axis] - 1) % shape[axis]
        after[axis] = (peak[axis] + 1) % shape[axis]
        low, high, top = correlation[tuple(before)], correlation[tuple(after)], correlation[peak]
        offsets.append(0.5 * (low - high) / (low - 2 * top + high))
    return [factor * (s + o) for s, o in zip(shift, offsets)], coefficient


filters = {}


def prepare(words):
    """The work that a line asks for."""
    if words[0] == "fft":
        data = keep(words[1], lambda: np.random.default_rng(1).random((int(words[1]),) * 2, dtype=np.float32))
        return lambda: scipy.fft.rfft2(data, workers=1)
    if words[0] == "skimage":
        later, reference = keep(words[1], lambda: load(words[1], np.float32, int(words[2])))
        return lambda: phase_cross_correlation(reference, later, upsample_factor=20)
    if words[0] == "pipeline":
        later, reference = keep(words[1], lambda: load(words[1], np.uint16 if words[3] == "uint16" else np.float32, int(words[2])))
        return lambda: pipeline(later, reference, 512)
    rows, columns, factor = (int(word) for word in words[1:4])
    frame = keep("frame", lambda: np.random.default_rng(1).integers(0, 255, (rows, columns), dtype=np.uint8))
    return lambda: binned(frame, factor)


for line in sys.stdin:
    words = line.split()
    if words[0] == "hello":
        print("ready", flush=True)
        continue
    work = prepare(words)
    start = time.perf_counter()
    answer = work()
    print((time.perf_counter() - start) * 1e3, flush=True)
    del answer
