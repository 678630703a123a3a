"""Writes cases.json.gz: what NumPy gives for the functions of arrays, and for random indices. See README.md."""

import gzip
import itertools
import json
import pathlib
import random

import numpy as np

f64, f32, i32, boolean = np.float64, np.float32, np.int32, np.bool_
NAMES = {f64: "float64", f32: "float32", i32: "int32", boolean: "bool"}
KINDS = {"f": "float64", "i": "int32", "u": "int32", "b": "bool"}


def number(v):
    if isinstance(v, (bool, np.bool_)):
        return int(v)
    if isinstance(v, (int, np.integer)):
        return int(v)
    v = float(v)
    if v != v:
        return "NaN"
    if v in (float("inf"), float("-inf")):
        return "Infinity" if v > 0 else "-Infinity"
    return "-0" if v == 0 and np.signbit(v) else v


def encode(v):
    """An argument or a result as JSON: arrays as {dtype, shape, data}, everything else as it is."""
    if isinstance(v, np.ndarray):
        dtype = "float32" if v.dtype == f32 else KINDS[v.dtype.kind]
        return {"dtype": dtype, "shape": list(v.shape), "data": [number(x) for x in v.ravel().tolist()]}
    if isinstance(v, np.generic):
        return encode(np.asarray(v))
    if isinstance(v, dict):
        return {k: encode(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [encode(x) for x in v]
    return v


CASES = []


def case(name, call, *args, smooth=True):
    """`call()` is what NumPy does, `args` what Gradloom's function of that name is given. `smooth`: gradients can be checked."""
    try:
        expected = {"gives": encode(call())}
    except (TypeError, ValueError, IndexError) as error:
        kinds = ("AxisError", "IndexError", "TypeError", "ValueError")
        expected = {"raises": next(k for k in kinds if k in [t.__name__ for t in type(error).__mro__])}
    CASES.append({"name": name, "args": encode(list(args)), **expected, **({} if smooth else {"smooth": False})})


rng = np.random.default_rng(7)


def floats(*shape, dtype=f64):
    """Distinct numbers without order, none of them near another."""
    n = int(np.prod(shape))
    return (((np.arange(n) * 7919 + 3) % max(n, 1) - n / 2 + 0.25) * 0.5).reshape(shape).astype(dtype)


def ints(*shape):
    return ((np.arange(int(np.prod(shape))) * 5 + 2) % 7 - 3).reshape(shape).astype(i32)


def masks(*shape):
    return (np.arange(int(np.prod(shape))) % 3 == 0).reshape(shape)


SHAPES = [(), (4,), (0,), (2, 3), (3, 0), (1, 3), (2, 3, 4), (2, 1, 3, 2)]
ARRAYS = [make(*shape) for make in (floats, ints, masks) for shape in SHAPES] + [floats(2, 3, dtype=f32)]
MATRICES = [x for x in ARRAYS if x.ndim >= 2]


# --- Shapes and copies ------------------------------------------------------------------------------------------------

for x in ARRAYS:
    n = x.ndim
    for name, f in (("ravel", np.ravel), ("transpose", np.transpose), ("squeeze", np.squeeze), ("flip", np.flip),
                    ("atleast1d", np.atleast_1d), ("atleast2d", np.atleast_2d), ("atleast3d", np.atleast_3d)):  # fmt: skip
        case(name, lambda: f(x), x)
    for axis in range(-n - 1, n + 2):
        case("expandDims", lambda: np.expand_dims(x, axis), x, axis)
        case("flip", lambda: np.flip(x, axis), x, axis)
        case("squeeze", lambda: np.squeeze(x, axis), x, axis)
    case("reshape", lambda: np.reshape(x, (-1,)), x, [-1])
    case("reshape", lambda: np.reshape(x, (3, -1)), x, [3, -1])
    case("reshape", lambda: np.reshape(x, (2, 6)), x, [2, 6])
    case("broadcastTo", lambda: np.broadcast_to(x, (2, *x.shape)), x, [2, *x.shape])
    case("broadcastTo", lambda: np.broadcast_to(x, (2, 3)), x, [2, 3])
    for shift, axis in ((1, None), (-2, None), (3, 0), (1, -1), ((1, 2), (0, 1)), ((1, 1), (0, 0))):
        case("roll", lambda: np.roll(x, shift, axis), x, shift, axis)
    for repeats, axis in ((2, None), (0, None), (3, 0), (2, -1)):
        case("repeat", lambda: np.repeat(x, repeats, axis), x, repeats, axis)
    for reps in (2, (2, 1), (1, 3), (2, 1, 2), 0):
        case("tile", lambda: np.tile(x, reps), x, reps)
    case("flipud", lambda: np.flipud(x), x)
    case("fliplr", lambda: np.fliplr(x), x)
    for k in (0, 1, 2, 3, -1, 5):
        case("rot90", lambda: np.rot90(x, k), x, k)
for x in MATRICES:
    case("moveaxis", lambda: np.moveaxis(x, 0, -1), x, 0, -1)
    case("moveaxis", lambda: np.moveaxis(x, (0, 1), (-1, 0)), x, [0, 1], [-1, 0])
    case("moveaxis", lambda: np.moveaxis(x, 0, 9), x, 0, 9)
    case("swapaxes", lambda: np.swapaxes(x, 0, -1), x, 0, -1)
    case("swapaxes", lambda: np.swapaxes(x, 0, 7), x, 0, 7)
    case("matrixTranspose", lambda: np.matrix_transpose(x), x)
    case("expandDims", lambda: np.expand_dims(x, (0, -1)), x, [0, -1])
    case("flip", lambda: np.flip(x, (0, 1)), x, [0, 1])
    case("rot90", lambda: np.rot90(x, 1, (1, 0)), x, 1, [1, 0])
    case("repeat", lambda: np.repeat(x, list(range(x.shape[0])), 0), x, list(range(x.shape[0])), 0)
    order = list(range(x.ndim))[::-1]
    order[0], order[-1] = order[-1], order[0]
    case("transpose", lambda: np.transpose(x, order), x, order)
    case("permuteDims", lambda: np.permute_dims(x, order), x, order)
case("transpose", lambda: np.transpose(floats(2, 3), (0, 0)), floats(2, 3), [0, 0])
case("repeat", lambda: np.repeat(floats(3), [1, 2]), floats(3), [1, 2])
case("repeat", lambda: np.repeat(floats(3), -1), floats(3), -1)
case("squeeze", lambda: np.squeeze(floats(1, 3, 1), (0, 2)), floats(1, 3, 1), [0, 2])

LISTS = [[floats(2, 3), floats(2, 3) + 20], [floats(2, 3), ints(2, 3)], [ints(4), masks(4)], [floats(3, 0), floats(3, 0)],
         [floats(2, 3), floats(1, 3)], [floats(2, 3)], [floats(), ints()], [floats(2), floats(2, 2)], []]  # fmt: skip
for parts in LISTS:
    for axis in (0, 1, -1, 2):
        case("concatenate", lambda: np.concatenate(parts, axis), parts, axis)
        case("stack", lambda: np.stack(parts, axis), parts, axis)
    case("concatenate", lambda: np.concatenate(parts, None), parts, None)
    for name, f in (("vstack", np.vstack), ("hstack", np.hstack), ("dstack", np.dstack), ("columnStack", np.column_stack)):
        case(name, lambda: f(parts), parts)
for x in (floats(6), floats(6, 2), floats(2, 6), floats(0, 2), ints(7)):
    for parts in (1, 2, 3, 4, [2, 4], [1, 9], [-2], []):
        for axis in (0, 1):
            case("split", lambda: np.split(x, parts, axis), x, parts, axis)
            case("arraySplit", lambda: np.array_split(x, parts, axis), x, parts, axis)
MODES = ("constant", "edge", "reflect", "symmetric", "wrap")
for x in (floats(4), floats(2, 3), ints(2, 3), masks(3)):
    for width in (0, 1, (2, 1), 5):
        for mode in MODES:
            case("pad", lambda: np.pad(x, width, mode), x, width, {"mode": mode})
    case("pad", lambda: np.pad(x, 1, constant_values=1), x, 1, {"value": 1})
case("pad", lambda: np.pad(floats(2, 3), ((1, 0), (0, 2))), floats(2, 3), [[1, 0], [0, 2]])
case("pad", lambda: np.pad(floats(2, 3), -1), floats(2, 3), -1)
case("pad", lambda: np.pad(floats(0), 1, "edge"), floats(0), 1, {"mode": "edge"})

for x, indices in itertools.product((floats(4), floats(3, 4), ints(3, 4)), ([0, 2, 2], [[-1, 0], [1, 1]], 1, [], [3], [7], [-9])):
    at = np.asarray(indices, i32)
    for axis in (None, 0, -1):
        case("take", lambda: np.take(x, at, axis), x, at, {"axis": axis})
        for mode in ("wrap", "clip"):
            case("take", lambda: np.take(x, at, axis, mode=mode), x, at, {"axis": axis, "mode": mode})
for axis in (0, 1, -1):
    at = np.array([[0, 1, 0], [1, 1, 0]], i32)
    case("takeAlongAxis", lambda: np.take_along_axis(floats(2, 3), at, axis), floats(2, 3), at, axis)
case("takeAlongAxis", lambda: np.take_along_axis(floats(2, 3), np.array([5, 0], i32), None), floats(2, 3), np.array([5, 0], i32), None)
case("takeAlongAxis", lambda: np.take_along_axis(floats(2, 3), np.array([[2], [0]], i32), 1), floats(2, 3), np.array([[2], [0]], i32), 1)
for indexing, sparse in itertools.product(("xy", "ij"), (False, True)):
    for axes in ([floats(2), ints(3)], [floats(2), ints(3), floats(2)], [floats(0), ints(3)], [floats(2)], [floats()]):
        options = {"indexing": indexing, "sparse": sparse}
        case("meshgrid", lambda: list(np.meshgrid(*axes, **options)), axes, options)
for parts in ([floats(2, 1), ints(3)], [floats(), ints(2, 2)], [floats(2), floats(3)]):
    case("broadcastArrays", lambda: list(np.broadcast_arrays(*parts)), *parts)


# --- Linear algebra ---------------------------------------------------------------------------------------------------

PAIRS = [(floats(3), floats(3)), (floats(2, 3), floats(3)), (floats(3), floats(3, 2)), (floats(2, 3), floats(3, 4)),
         (floats(2, 2, 3), floats(3, 2)), (floats(2, 1, 2, 3), floats(3, 3, 1)), (floats(2, 0), floats(0, 3)), (floats(0), floats(0)),
         (ints(2, 3), ints(3, 2)), (ints(2, 3), floats(3, 2)), (masks(2, 3), masks(3, 2)), (floats(2, 3), floats(2, 3)),
         (floats(), floats(3)), (floats(), floats()), (floats(2, 3, dtype=f32), floats(3, 2, dtype=f32)),
         (floats(2, 3, 4), floats(2, 4, 2)), (floats(1, 3, 4), floats(2, 4, 2))]  # fmt: skip
for a, b in PAIRS:
    for name, f in (("matmul", np.matmul), ("dot", np.dot), ("inner", np.inner), ("outer", np.outer), ("kron", np.kron)):
        case(name, lambda: f(a, b), a, b)
    for axes in (0, 1, 2):
        case("tensordot", lambda: np.tensordot(a, b, axes), a, b, axes)
case("tensordot", lambda: np.tensordot(floats(2, 3, 4), floats(4, 3, 2), ([1, 2], [1, 0])), floats(2, 3, 4), floats(4, 3, 2), [[1, 2], [1, 0]])
case("tensordot", lambda: np.tensordot(floats(2, 3), floats(3, 2), ([-1], [0])), floats(2, 3), floats(3, 2), [[-1], [0]])
CHAINS = [[floats(2, 3), floats(3, 4), floats(4, 2)], [floats(3), floats(3, 4), floats(4)], [floats(2, 3), floats(3)],
          [floats(5, 2), floats(2, 6), floats(6, 3), floats(3, 4)]]  # fmt: skip
for chain in CHAINS:
    case("multiMatmul", lambda: np.linalg.multi_dot(chain), chain)
for x in MATRICES + [floats(4), ints(4)]:
    for k in (-1, 0, 1, 5):
        case("tril", lambda: np.tril(x, k), x, k)
        case("triu", lambda: np.triu(x, k), x, k)
        case("diag", lambda: np.diag(x, k), x, k)
        case("diagonal", lambda: np.diagonal(x, k), x, k)
        case("trace", lambda: np.trace(x, k), x, k)
case("diagonal", lambda: np.diagonal(floats(2, 3, 4), 1, 2, 0), floats(2, 3, 4), 1, 2, 0)
case("diagonal", lambda: np.diagonal(floats(2, 3), 0, 1, 1), floats(2, 3), 0, 1, 1)
case("trace", lambda: np.trace(floats(2, 3, 4), 0, -1, 1), floats(2, 3, 4), 0, -1, 1)
for x in (floats(4), floats(2, 3), ints(3)):
    for order in (None, 1, 2, 3, 0.5, np.inf, -np.inf, -1):
        for axis, keepdims in ((None, False), (0, False), (-1, True)):
            if x.ndim == 2 and axis is None and order is not None:
                continue  # matrix norms
            code = {np.inf: "Infinity", -np.inf: "-Infinity"}.get(order, order)
            options = {"ord": code, "axis": axis, "keepdims": keepdims}
            case("norm", lambda: np.linalg.norm(x, order, axis, keepdims), x, options)

A, B, C, D = floats(2, 3), floats(3, 4), floats(4, 2), floats(3, 3)
EINSUMS = [
    ("ij,jk", A, B), ("ij,jk->ki", A, B), ("ij->ji", A), ("ij->", A), ("ij->j", A), ("ij", A), ("ji", A), ("ii", D), ("ii->i", D),
    ("ij,ij->", A, A), ("ij,ij->ij", A, A), ("ij,kj->ik", A, A), ("i,j->ij", floats(2), floats(3)), ("i,i", floats(3), floats(3)),
    ("ij,jk,kl->il", A, B, C), ("ij,jk,ki->", A, B, C), ("ij,j->i", A, floats(3)), ("...j,jk->...k", floats(2, 2, 3), B),
    ("...ij,...jk->...ik", floats(2, 1, 2, 3), floats(3, 3, 2)), ("...i->...", A), ("i...->...", A), ("...,...", A, A), ("...", A),
    ("iij->j", floats(2, 2, 3)), ("iij->ij", floats(2, 2, 3)), ("iii->i", floats(2, 2, 2)), ("ijij->", floats(2, 3, 2, 3)),
    ("ii,ii->i", D, D), ("ii,jj->ij", D, floats(2, 2)), ("abc,cd,def->abef", floats(2, 3, 4), floats(4, 2), floats(2, 3, 2)),
    ("a,b,c,d->abcd", floats(2), floats(3), floats(1), floats(2)), ("ij,jk->ik", floats(2, 0), floats(0, 3)), ("i->", floats(0)),
    ("ij,jk->ik", ints(2, 3), ints(3, 2)), ("ij,jk", A, A), ("ij->ik", A),
    ("ij,", A), ("i", A), ("ij->ii", A), ("i.j->ij", A), ("ij,jk->ik", A), ("ij,jk->ik", A, floats(1, 4)), (",ij->ij", floats(), A),
    ("Ij,jK->IK", A, B), (" ij , jk -> ik ", A, B), ("ij,ijk,ijl->kl", A, floats(2, 3, 2), floats(2, 3, 3)), ("aab,bc->ac", floats(2, 2, 3), B),
]  # fmt: skip
for subscripts, *operands in EINSUMS:
    case("einsum", lambda: np.einsum(subscripts, *operands), subscripts, *operands)
for args in ((A, [0, 1], B, [1, 2]), (A, [0, 1], B, [1, 2], [2, 0]), (D, [0, 0]), (A, [0, 1], [1, 0])):
    case("einsum", lambda: np.einsum(*args), *args)


# --- Order ------------------------------------------------------------------------------------------------------------

TIED = [np.array([3, 1, 2, 1, 3], i32), np.array([2.5, np.nan, -1, np.inf, -np.inf, 2.5]), np.array([0.0, -0.0, 1, -1]), masks(5)]
for x in ARRAYS + TIED:
    smooth = not any(x is t for t in TIED)
    for axis in (-1, 0, None, 4):
        case("sort", lambda: np.sort(x, axis), x, {"axis": axis}, smooth=smooth)
        case("argsort", lambda: np.argsort(x, axis, kind="stable"), x, {"axis": axis})
    if x.dtype.kind == "f":
        for axis, keepdims in ((None, False), (0, False), (-1, True)):
            options = {"axis": axis, "keepdims": keepdims}
            case("median", lambda: np.median(x, axis, keepdims=keepdims), x, options, smooth=smooth)
            for q in (0, 30, 100, [25, 75], 101):
                if x.dtype == f32 and isinstance(q, list):
                    continue  # a list is an array of float64 for NumPy, and plain numbers here
                case("percentile", lambda: np.percentile(x, q, axis, keepdims=keepdims), x, q, options, smooth=smooth)
        case("quantile", lambda: np.quantile(x, 0.35), x, 0.35, smooth=smooth)
    values, index, inverse, counts = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    if not (x.dtype.kind == "f" and np.isnan(x).any()):
        case("unique", lambda: {"values": values, "indices": index, "inverse": inverse, "counts": counts}, x, smooth=smooth)
    case("nonzero", lambda: list(np.nonzero(np.atleast_1d(x))), np.atleast_1d(x))
    case("argwhere", lambda: np.argwhere(x), x)
for side in ("left", "right"):
    ordered = np.array([-1, 0, 0, 2, 5.5])
    for v in (ordered, np.array([[-9, 9], [0.5, np.nan]]), np.array(2.0), np.array([], f64)):
        case("searchsorted", lambda: np.searchsorted(ordered, v, side), ordered, v, {"side": side})
    case("searchsorted", lambda: np.searchsorted(np.array([], f64), ordered, side), np.array([], f64), ordered, {"side": side})
for x in ARRAYS:
    for n, axis in ((1, -1), (2, -1), (1, 0), (0, -1), (9, -1)) if x.ndim > 0 else ((1, -1),):
        case("diff", lambda: np.diff(x, n, axis), x, {"n": n, "axis": axis})
case("diff", lambda: np.diff(floats(4), -1), floats(4), {"n": -1})


# --- Making and asking ------------------------------------------------------------------------------------------------

for args in ((5,), (2, 7), (2, 7, 2), (7, 2, -2), (3, 3), (0, 1, 0.3), (5, 2), (0, -4, -1)):
    case("arange", lambda: np.arange(*args, dtype=f64), *args, *([None] * (2 - len(args))), *([1] if len(args) < 3 else []), "float64")
for n in (5, 1, 0, 2):
    for endpoint in (True, False):
        options = {"dtype": "float64", "endpoint": endpoint}
        case("linspace", lambda: np.linspace(-1, 3, n, endpoint=endpoint), -1, 3, n, options)
        case("logspace", lambda: np.logspace(0, 2, n, endpoint=endpoint), 0, 2, n, options)
        case("logspace", lambda: np.logspace(0, 2, n, endpoint=endpoint, base=2), 0, 2, n, {**options, "base": 2})
        case("geomspace", lambda: np.geomspace(1, 1000, n, endpoint=endpoint), 1, 1000, n, options)
        case("geomspace", lambda: np.geomspace(-8, -1, n, endpoint=endpoint), -8, -1, n, options)
case("geomspace", lambda: np.geomspace(0, 1, 3), 0, 1, 3, {"dtype": "float64"})
for n, m, k in ((3, 3, 0), (2, 4, 1), (3, 2, -1), (0, 2, 0), (2, 2, 5)):
    case("eye", lambda: np.eye(n, m, k), n, m, k, "float64")
case("identity", lambda: np.identity(3), 3, "float64")
for x, y in itertools.product((np.array([1, np.nan, np.inf, 2]), np.array([1, np.nan, -np.inf, 2.00001])), repeat=2):
    for equal in (False, True):
        case("isclose", lambda: np.isclose(x, y, equal_nan=equal), x, y, {"equalNan": equal})
        case("allclose", lambda: bool(np.allclose(x, y, equal_nan=equal)), x, y, {"equalNan": equal})
        case("arrayEqual", lambda: bool(np.array_equal(x, y, equal_nan=equal)), x, y, {"equalNan": equal})
case("bincount", lambda: np.bincount([0, 2, 2, 5]), np.array([0, 2, 2, 5], i32))
case("bincount", lambda: np.bincount([0, 2], [0.5, 2.0], 4), np.array([0, 2], i32), {"weights": np.array([0.5, 2.0]), "minlength": 4})
for low, high in ((-1, 1), (None, 0.5), (0, None), (1, -1)):
    for x in (floats(2, 3), ints(4), floats(0)):
        case("clip", lambda: np.clip(x, low, high), x, low, high)
for window, step, dilation in ((2, 1, 1), (3, 2, 1)):
    case("slidingWindowView", lambda: np.lib.stride_tricks.sliding_window_view(floats(7), window)[::step], floats(7), window, {"step": step})
case("slidingWindowView", lambda: np.lib.stride_tricks.sliding_window_view(floats(4, 5), (2, 3)), floats(4, 5), [2, 3])
case("slidingWindowView", lambda: np.lib.stride_tricks.sliding_window_view(floats(4), 5), floats(4), 5)


# --- Indices ----------------------------------------------------------------------------------------------------------

INDICES = []
draw = random.Random(11)


def random_slice(n):
    pick = lambda: draw.choice([None, *range(-n - 1, n + 2)])
    return slice(pick(), pick(), draw.choice([None, 1, 1, 2, -1, -2, 3]))


def random_positions(n, shape):
    low, high = (-n, n - 1) if draw.random() < 0.97 else (-n - 1, n)
    if n == 0:
        shape = (0,)
    return np.array([draw.randint(low, high) for _ in range(int(np.prod(shape)))], i32).reshape(shape)


def random_index(shape):
    items = []
    axis = 0
    ellipsis = False
    joint = draw.choice([(2,), (3,), (2, 2), (1,)])
    while axis < len(shape):
        kind = draw.random()
        n = shape[axis]
        if kind < 0.3:
            items.append(random_slice(n))
        elif kind < 0.5 and n > 0:
            items.append(draw.randint(-n, n - 1) if draw.random() < 0.98 else n)
        elif kind < 0.72:
            items.append(random_positions(n, draw.choice([joint, joint, (1,), joint[-1:]])))
        elif kind < 0.8:
            items.append(None)
            continue
        elif kind < 0.88 and not ellipsis:
            items.append(Ellipsis)
            ellipsis = True
            axis += draw.randint(0, len(shape) - axis)
            continue
        elif kind < 0.94:
            rank = draw.randint(1, len(shape) - axis)
            mask = np.array([draw.random() < 0.5 for _ in range(int(np.prod(shape[axis : axis + rank])))], bool)
            items.append(mask.reshape(shape[axis : axis + rank]))
            axis += rank
            continue
        else:
            break
        axis += 1
    return tuple(items)


def encode_item(item):
    if isinstance(item, slice):
        return {"slice": [item.start, item.stop, item.step]}
    if item is Ellipsis:
        return "..."
    return encode(item)


for k in range(700):
    shape = draw.choice([(), (5,), (3, 4), (2, 3, 4), (2, 1, 3, 2), (0, 3), (4, 0), (3, 3)])
    index = random_index(shape)
    x = floats(*shape)
    entry = {"shape": list(shape), "index": [encode_item(item) for item in index]}
    try:
        read = x[index]
    except IndexError:
        INDICES.append({**entry, "raises": "IndexError"})
        continue
    entry["view"] = bool(isinstance(read, np.ndarray) and np.shares_memory(read, x)) if np.size(read) else None
    positions = np.arange(x.size).reshape(shape)[index]
    entry["reads"] = {"shape": list(np.shape(positions)), "data": np.ravel(positions).tolist()}
    value = floats(*draw.choice([np.shape(read), np.shape(read)[1:], (), (1, *np.shape(read))])) + 100
    written = x.copy()
    try:
        written[index] = value
        INDICES.append({**entry, "value": encode(value), "written": encode(written)["data"]})
    except (ValueError, TypeError):
        # One element, and masks, take no value with more axes in NumPy; here they do where its further axes have length 1.
        INDICES.append({**entry, "value": encode(value), "refuses": True} if value.size != np.size(read) else entry)

text = json.dumps({"numpy": np.__version__, "functions": CASES, "indices": INDICES}, separators=(",", ":"))
path = pathlib.Path(__file__).with_name("cases.json.gz")
path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print(f"{path.name}: {path.stat().st_size} bytes, {len(CASES)} calls, {len(INDICES)} indices")
