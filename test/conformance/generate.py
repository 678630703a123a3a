#!/usr/bin/env python3
"""Writes cases.json.gz: what NumPy gives for functions of arrays, and for random indices.

    python3 -m venv /tmp/npenv && /tmp/npenv/bin/pip install numpy
    /tmp/npenv/bin/python test/conformance/generate.py

Needs NumPy 2. Nothing is random but by fixed seeds. README.md beside this file describes the format.
"""

import gzip
import itertools
import json
import pathlib
import random
import warnings

import numpy as np

f64, f32, i32, boolean = np.float64, np.float32, np.int32, np.bool_
NAN, INF = float("nan"), float("inf")

# --- Encoding ---------------------------------------------------------------------------------------------------------

ARRAYS = []  # each once; cases name them by their position
POSITIONS = {}


def number(v):
    if isinstance(v, (bool, int)):
        return int(v)
    if v != v:
        return "NaN"
    if v in (INF, -INF):
        return "Infinity" if v > 0 else "-Infinity"
    if v == 0:
        return "-0" if np.signbit(v) else 0
    return int(v) if v == int(v) and abs(v) < 2**53 else v


def dtype_name(dtype):
    """Gradloom's counterpart: there is no int64, and float16 only comes of bool, which counts as float32."""
    return {"f8": "float64", "f4": "float32", "f2": "float32"}.get(dtype.str[1:], {"b": "bool"}.get(dtype.kind, "int32"))


def encode(v):
    if isinstance(v, np.generic):
        v = np.asarray(v)
    if isinstance(v, np.ndarray):
        flat = v.astype(f64) if v.dtype.kind == "f" else v
        made = {"dtype": dtype_name(v.dtype), "shape": list(v.shape), "data": [number(x) for x in flat.ravel().tolist()]}
        text = json.dumps(made)
        if text not in POSITIONS:
            POSITIONS[text] = len(ARRAYS)
            ARRAYS.append(made)
        return {"@": POSITIONS[text]}
    if isinstance(v, dict):
        return {k: encode(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [encode(x) for x in v]
    if isinstance(v, float):
        return number(v)
    return v


# --- Layouts: the same elements in other memory -----------------------------------------------------------------------


def flipped(x):
    return x[(Ellipsis, *(slice(None, None, -1) for _ in x.shape))]


LAYOUTS = {
    "rows": lambda x: np.array(x, order="C"),
    "columns": lambda x: np.array(x.T, order="C").T,
    "backwards": lambda x: flipped(np.array(flipped(x), order="C")),
    "gaps": lambda x: np.repeat(x, 2, -1)[..., ::2] if x.ndim else np.array(x),
}


def laid(v, layout):
    if isinstance(v, np.ndarray):
        return LAYOUTS[layout](v)
    if isinstance(v, dict):
        return {k: laid(x, layout) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [laid(x, layout) for x in v]
    return v


def arrays_in(v):
    if isinstance(v, (np.ndarray, np.generic)):
        return [np.asarray(v)]
    if isinstance(v, (list, tuple)):
        return [a for x in v for a in arrays_in(x)]
    if isinstance(v, dict):
        return [a for x in v.values() for a in arrays_in(x)]
    return []


# --- What NumPy has for each function, taking Gradloom's arguments ----------------------------------------------------


def snake(options):
    names = {"equalNan": "equal_nan"}
    return {names.get(k, k): tuple(v) if k == "axis" and isinstance(v, list) else v for k, v in (options or {}).items()}


def axes(v):
    return tuple(v) if isinstance(v, list) else v


def joined(f):
    def call(parts, given=0):
        options = dict(given) if isinstance(given, dict) else {"axis": given}
        return f(parts, **options)

    return call


def scan(f):
    return lambda x, axis=None: f(x, axis["axis"] if isinstance(axis, dict) else axis)


def descending_order(x, axis):
    """Equal elements stay in order, and NaN comes first."""
    n = x.shape[axis]
    order = np.argsort(np.flip(x, axis), axis, kind="stable")
    return n - 1 - np.flip(order, axis)


def sort(x, o=None):
    o = {"axis": -1, **(o or {})}
    if not o.get("descending"):
        return np.sort(x, o["axis"], kind="stable")
    x, axis = (x.ravel(), 0) if o["axis"] is None else (x, o["axis"])
    return np.take_along_axis(x, descending_order(x, axis), axis)


def argsort(x, o=None):
    o = {"axis": -1, **(o or {})}
    if not o.get("descending"):
        return np.argsort(x, o["axis"], kind="stable")
    return descending_order(*((x.ravel(), 0) if o["axis"] is None else (x, o["axis"])))


def top_k(x, k, o=None):
    o = {"axis": -1, "largest": True, **(o or {})}
    if not 0 <= k <= x.shape[o["axis"]]:
        raise ValueError
    order = descending_order(x, o["axis"]) if o["largest"] else np.argsort(x, o["axis"], kind="stable")
    order = np.take(order, range(k), o["axis"])
    return {"values": np.take_along_axis(x, order, o["axis"]), "indices": order}


def unique(x):
    values, indices, inverse, counts = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    return {"values": values, "indices": indices, "inverse": inverse, "counts": counts}


def log_sum_exp(x, axis=None, keepdims=False):
    """In the float that NumPy's exp gives; through logaddexp, which is another way than a shift by the maximum."""
    x = np.exp(x[:0] if x.ndim else x).dtype.type(x)
    axis = tuple(range(x.ndim)) if axis is None else axes(axis)
    many = (axis,) if isinstance(axis, int) else axis
    for a in sorted((np.lib.array_utils.normalize_axis_index(a, x.ndim) for a in many), reverse=True):
        x = np.logaddexp.reduce(x, a, keepdims=True)
    return x if keepdims else np.squeeze(x, axis)


def windows(x, window, o=None):
    o = o or {}
    lengths = window if isinstance(window, list) else [window]
    axis = o.get("axis", list(range(x.ndim - len(lengths), x.ndim)))
    axis = axis if isinstance(axis, list) else [axis]
    each = lambda n: n if isinstance(n, list) else [n] * len(lengths)
    steps, dilations = each(o.get("step", 1)), each(o.get("dilation", 1))
    reach = tuple((n - 1) * d + 1 for n, d in zip(lengths, dilations))
    seen = np.lib.stride_tricks.sliding_window_view(x, reach, tuple(axis))
    index = [slice(None)] * seen.ndim
    for k, a in enumerate(axis):
        index[a % x.ndim] = slice(None, None, steps[k])
        index[x.ndim + k] = slice(None, None, dilations[k])
    return seen[tuple(index)]


def pad(x, width, o=None):
    o = dict(o or {})
    extra = {"constant_values": o["value"]} if "value" in o else {}
    return np.pad(x, width, o.get("mode", "constant"), **extra)


def in_float(x):
    """Differences of int32 wrap around in NumPy's quantiles."""
    return x.astype(f64) if x.dtype == i32 else x


def einsum(*args):
    dots = lambda sublist: [Ellipsis if i == "..." else i for i in sublist]
    return np.einsum(*[dots(a) if isinstance(a, list) else a for a in args])


def result_type(*args):
    return dtype_name(np.result_type(*[np.dtype(a) if isinstance(a, str) else a for a in args]))


def spaced(f):
    return lambda start, stop, n=50, o=None: f(start, stop, n, **({"dtype": o} if isinstance(o, str) else o or {}))


def reduction(f):
    return lambda x, axis=None, keepdims=False: f(x, **{"axis": axes(axis), "keepdims": keepdims})


NUMPY = {
    "concatenate": joined(np.concatenate), "stack": joined(np.stack), "vstack": np.vstack, "hstack": np.hstack,
    "dstack": np.dstack, "columnStack": np.column_stack, "split": np.split, "arraySplit": np.array_split, "tile": np.tile,
    "repeat": np.repeat, "roll": np.roll, "flip": lambda x, a=None: np.flip(x, axes(a)), "flipud": np.flipud,
    "fliplr": np.fliplr, "rot90": lambda x, k=1, a=(0, 1): np.rot90(x, k, a), "pad": pad,
    "take": lambda x, at, o=None: np.take(x, at, **(o or {})), "takeAlongAxis": np.take_along_axis,
    "meshgrid": lambda parts, o=None: list(np.meshgrid(*parts, **(o or {}))),
    "slidingWindowView": windows, "transpose": np.transpose, "permuteDims": np.permute_dims,
    "moveaxis": np.moveaxis, "swapaxes": np.swapaxes, "matrixTranspose": np.matrix_transpose,
    "squeeze": lambda x, a=None: np.squeeze(x, axes(a)), "expandDims": lambda x, a: np.expand_dims(x, axes(a)),
    "atleast1d": np.atleast_1d, "atleast2d": np.atleast_2d, "atleast3d": np.atleast_3d, "ravel": np.ravel,
    "flatten": lambda x: x.flatten(), "broadcastTo": lambda x, s: np.broadcast_to(x, tuple(s)),
    "broadcastArrays": lambda *xs: list(np.broadcast_arrays(*xs)), "reshape": np.reshape,
    "diag": np.diag, "diagonal": np.diagonal, "trace": np.trace, "tril": np.tril, "triu": np.triu, "kron": np.kron,
    "inner": np.inner, "outer": np.outer, "tensordot": lambda a, b, n=2: np.tensordot(a, b, n), "dot": np.dot, "matmul": np.matmul,
    "multiMatmul": np.linalg.multi_dot,
    "norm": lambda x, o=None: np.linalg.norm(x, **snake(o)), "einsum": einsum,
    "sort": sort, "argsort": argsort, "topK": top_k, "median": lambda x, o=None: np.median(x, **(o or {})),
    "percentile": lambda x, q, o=None: np.percentile(in_float(x), q, **(o or {})),
    "quantile": lambda x, q, o=None: np.quantile(in_float(x), q, **(o or {})),
    "searchsorted": lambda a, v, o=None: np.searchsorted(a, v, **(o or {})), "unique": unique,
    "diff": lambda x, o=None: np.diff(x, **(o or {})), "cumsum": scan(np.cumsum), "cumprod": scan(np.cumprod),
    "logsumexp": reduction(log_sum_exp), "nansum": reduction(np.nansum), "nanmean": reduction(np.nanmean),
    "bincount": lambda x, o=None: np.bincount(x, **(o or {})), "nonzero": lambda x: list(np.nonzero(x)),
    "where": lambda *xs: list(np.where(*xs)) if len(xs) == 1 else np.where(*xs), "argwhere": np.argwhere,
    "arange": lambda a, b=None, step=1, dtype="float32": np.arange(*((0, a) if b is None else (a, b)), step, dtype=dtype),
    "linspace": spaced(np.linspace), "logspace": spaced(np.logspace), "geomspace": spaced(np.geomspace),
    "eye": lambda n, m=None, k=0, dtype="float32": np.eye(n, m, k, dtype), "identity": lambda n, dtype="float32": np.identity(n, dtype),
    "full": lambda s, v, dtype=None: np.full(s, v, dtype), "clip": np.clip,
    "isclose": lambda x, y, o=None: np.isclose(x, y, **snake(o)), "allclose": lambda x, y, o=None: bool(np.allclose(x, y, **snake(o))),
    "arrayEqual": lambda x, y, o=None: bool(np.array_equal(x, y, **snake(o))),
    "resultType": result_type, "canCast": lambda a, b, how="safe": bool(np.can_cast(np.dtype(a), np.dtype(b), how)),
    "argmax": reduction(np.argmax), "argmin": reduction(np.argmin), "shape": lambda x: list(np.shape(x)),
    "signbit": np.signbit,
}  # fmt: skip

# Where the result is a view in NumPy, it must be one here, and a copy where it is a copy.
VIEWING = set(
    """split arraySplit flip flipud fliplr rot90 slidingWindowView transpose permuteDims moveaxis swapaxes matrixTranspose
    squeeze expandDims atleast1d atleast2d atleast3d ravel flatten broadcastTo broadcastArrays reshape diagonal einsum
    concatenate stack tile repeat roll take takeAlongAxis sort where clip tril triu pad""".split()
)
# Elements that are equal make kinks in these.
ORDERED = {"sort", "topK", "median", "percentile", "quantile", "unique", "norm", "clip"}

CASES = []


def shared(result, source):
    """Whether all results with elements lie in the source's memory; None where they disagree or nothing tells."""
    results = [] if isinstance(result, np.generic) else arrays_in(result)
    found = {bool(np.may_share_memory(r, source)) for r in results if r.size > 0}
    return found.pop() if len(found) == 1 else None


def case(name, *args, smooth=True, **differs):
    """A call of Gradloom's function with these arguments. `differs`: what is expected where NumPy is not followed."""
    operands = arrays_in(args)
    made = {"name": name, "args": encode(list(args))}
    result = None
    try:
        result = NUMPY[name](*args)
        expected = {"gives": encode(result)}
    except (TypeError, ValueError, IndexError, ZeroDivisionError) as error:
        kinds = ("AxisError", "IndexError", "TypeError", "ValueError")
        expected = {"raises": next((k for k in kinds if k in [t.__name__ for t in type(error).__mro__]), "ValueError")}
    made |= {k: encode(v) for k, v in (differs or expected).items()}
    if result is not None and name in VIEWING and not differs:
        moved = [laid(args, layout) for layout in LAYOUTS]
        flags = [shared(NUMPY[name](*m), arrays_in(m)[0]) for m in moved]
        if any(f is not None for f in flags):
            made["views"] = flags
    kinked = name in ORDERED and any(len(np.unique(np.abs(x))) < x.size or (x == 0).any() for x in operands)
    wild = any(x.dtype.kind == "f" and not np.isfinite(x).all() for x in (*operands, *arrays_in(result)))
    if kinked or wild or not smooth:
        made["smooth"] = False
    CASES.append(made)


def of_scalar(x, axis):
    """NumPy lets a scalar pass as one element along axis 0 in some functions; here it has no axis."""
    return {"raises": "AxisError"} if x.ndim == 0 and axis in (0, -1, [-1]) else {}


# --- Operands ---------------------------------------------------------------------------------------------------------


def floats(*shape, dtype=f64):
    """Distinct magnitudes without order, none of them near another, nor near 0."""
    n = int(np.prod(shape))
    flat = ((np.arange(n) * 7919 + 3) % max(n, 1) + 1) * 0.375 * np.where(np.arange(n) % 3 == 1, -1, 1)
    return flat.reshape(shape).astype(dtype)


def singles(*shape):
    return floats(*shape, dtype=f32)


def ints(*shape):
    return ((np.arange(int(np.prod(shape))) * 5 + 2) % 7 - 3).reshape(shape).astype(i32)


def masks(*shape):
    return (np.arange(int(np.prod(shape))) % 3 == 0).reshape(shape)


def at(*values):
    return np.array(values if len(values) != 1 else values[0], i32)


MAKERS = (floats, singles, ints, masks)
SHAPES = [(), (1,), (5,), (0,), (2, 3), (1, 3), (3, 0), (0, 2), (2, 3, 4), (2, 0, 3), (2, 1, 3, 2)]
# The four dtypes in turn over the shapes, float64 everywhere.
ARRAYS_OF_ALL = [floats(*s) for s in SHAPES] + [MAKERS[1 + k % 3](*s) for k, s in enumerate(SHAPES)]


def every_axis(x, beyond=True):
    return range(-x.ndim - beyond, x.ndim + beyond)


# --- Shapes and views -------------------------------------------------------------------------------------------------


def shape_cases():
    for x in ARRAYS_OF_ALL:
        for name in "ravel flatten transpose squeeze flip flipud fliplr matrixTranspose atleast1d atleast2d atleast3d shape".split():
            case(name, x)
        for axis in every_axis(x):
            for name in ("expandDims", "flip", "squeeze"):
                case(name, x, axis)
            case("swapaxes", x, axis, 0)
            case("moveaxis", x, axis, -1)
            case("moveaxis", x, 0, axis)
        for name in ("flip", "squeeze", "expandDims"):
            for several in ([], [0, 1], [0, -1], [1, 1], [-1, 0], [0, 2]):
                case(name, x, several)
        n = x.size
        for shape in ([-1], [1, -1], [-1, 1], [2, -1], [n], [n, 1], [1, n, 1], [], [0], [0, -1], [-1, -1], [2, 3], [3, 2, -1]):
            case("reshape", x, shape)
        case("reshape", x, [-2], raises="ValueError")  # NumPy takes any negative length for -1
        for shape in ([], [3], [2, 3], [1, 2, 3], [2, *x.shape], [0], [0, 3], [*x.shape, 2], [3, 0]):
            case("broadcastTo", x, shape)
        for order in itertools.islice(itertools.permutations(range(x.ndim)), 1, 24, 5):
            case("transpose", x, list(order))
            case("permuteDims", x, [a - x.ndim for a in order])
    for order in ([0, 0], [0], [0, 2], [0, 1, 2], [-1, -2], [1, -1], [0, -2]):
        case("transpose", floats(2, 3), order)
    for source, destination in (([0, 1], [-1, 0]), ([2, 0], [0, 1]), ([0, 1, 2], [2, 0, 1]), ([0, 0], [1, 2]), ([0], [1, 2]), ([], []), ([-1], [0])):
        case("moveaxis", floats(2, 3, 4), source, destination)
    for parts in ([floats(2, 1), ints(3)], [floats(), ints(2, 2)], [floats(2), floats(3)], [floats(1, 0), floats(3, 1)], [masks(3)], [floats(2, 1, 3), floats(4, 1), floats(3)]):
        case("broadcastArrays", *parts)
    for x, window, options in (
        (floats(7), 3, {}), (floats(7), [3], {"step": 2}), (floats(7), 2, {"dilation": 3}), (floats(7), 3, {"step": 2, "dilation": 2}),
        (floats(7), 7, {}), (floats(7), 8, {}), (floats(7), 4, {"dilation": 3}), (floats(4, 5), [2, 3], {}), (floats(4, 5), 2, {}),
        (floats(4, 5), 2, {"axis": 0}), (floats(4, 5), [2, 3], {"axis": [1, 0]}), (floats(4, 5), [2, 2], {"step": [2, 1], "dilation": [1, 2]}),
        (floats(2, 4, 3), 2, {"axis": 1}), (floats(2, 4, 3), 2, {"axis": -2, "step": 2}), (ints(5), 2, {}), (masks(5), 2, {}), (singles(5), 5, {"step": 4}),
        (floats(4, 5), 2, {"axis": 2}), (floats(0), 1, {}), (floats(3, 0), 2, {"axis": 0}), (floats(3), 1, {}),
    ):  # fmt: skip
        case("slidingWindowView", x, window, options)


# --- Joining, repeating, moving ---------------------------------------------------------------------------------------


def joining_cases():
    lists = [
        [floats(2, 3), -floats(2, 3)], [floats(2, 3), ints(2, 3)], [ints(4), masks(4)], [singles(3), ints(3)], [singles(3), floats(3)],
        [masks(2), masks(2)], [floats(3, 0), floats(3, 0)], [floats(0, 3), floats(2, 3)], [floats(2, 0), floats(2, 3)], [floats(2, 3), floats(1, 3)],
        [floats(2, 3)], [floats(), ints()], [floats(2), floats(2, 2)], [], [floats(0), ints(2)], [singles(2), masks(2), ints(2)],
        [floats(2, 1, 3), floats(2, 2, 3), floats(2, 4, 3)], [ints(1, 2, 2)] * 3, [floats(2, 3).astype(f32), floats(1, 3), masks(4, 3)],
    ]  # fmt: skip
    for parts in lists:
        for axis in (0, 1, 2, -1, -2, -3, -4):
            case("concatenate", parts, axis)
            case("stack", parts, axis)
        case("concatenate", parts, None)
        for name in ("vstack", "hstack", "dstack", "columnStack"):
            case(name, parts)
        case("concatenate", parts, {"axis": 0, "dtype": "float64"})
        case("stack", parts, {"axis": -1, "dtype": "float32"}) if parts and parts[0].dtype != f64 and len(parts) < 3 else None
    for x in (floats(6), floats(6, 2), floats(2, 6), floats(0, 2), ints(7), masks(4), floats(2, 3, 4), floats()):
        for sections in (1, 2, 3, 4, 0, -1, [2, 4], [1, 9], [-2], [4, 2], [], [0], [3, 3], [-9, 1]):
            for axis in (0, 1, -1):
                if isinstance(sections, int) and sections < 1 and axis:
                    continue
                case("split", x, sections, axis)
                case("arraySplit", x, sections, axis)
    for x in ARRAYS_OF_ALL:
        for shift, axis in ((1, None), (-2, None), (0, None), (3, 0), (1, -1), (-1, 1), (100, 0), ([1, 2], [0, 1]), ([1, 1], [0, 0]), (1, [0, -1]), ([1, 2, 3], 0), ([2, -1], None), (1, 5)):
            case("roll", x, shift, axis)
        for repeats, axis in ((2, None), (0, None), (3, 0), (2, -1), (1, 1), (2, 9), ([2], None), ([2], 0), ([1, 2], 0), ([0, 3], 0), ([1, 0, 2], -1), ([1, 0, 2], 1)):
            case("repeat", x, repeats, axis)
        for reps in (2, 0, 1, [2], [2, 1], [1, 3], [0, 2], [2, 1, 2], [], [1, 1, 1, 1, 2]):
            case("tile", x, reps)
        for turns in (0, 1, 2, 3, -1, 6):
            case("rot90", x, turns)
        for plane in ([1, 0], [0, -1], [0, 0], [-1, -2], [0, 5]):
            case("rot90", x, 1, plane)
    case("repeat", floats(3), -1)
    case("repeat", floats(3), [1, 2, -1])
    modes = ("constant", "edge", "reflect", "symmetric", "wrap")
    for x in (floats(4), floats(1), floats(2, 3), ints(2, 3), masks(3), singles(2, 1, 3), floats(0), floats(0, 2), floats()):
        for width in (0, 1, [2, 1], [[2, 1]], 7, [[1, 0], [0, 2]], [[0, 5], [4, 0]], [[1, 0], [0, 2], [3, 3]], -1):
            for mode in modes:
                case("pad", x, width, {"mode": mode})
        for value in (1, -2, 7):
            if x.dtype != boolean:
                case("pad", x, 1, {"value": value})
    case("pad", floats(3), 1, {"value": 2.5})
    case("pad", floats(3), 1, {"value": NAN})


def taking_cases():
    # NumPy does not look at positions where nothing is taken.
    unseen = lambda x, where, axis: {"raises": "IndexError"} if x.shape == (0, 3) and axis in (1, -1) and where.size and (where.max() > 2 or where.min() < -3) else {}
    lists = [at(0, 2, 2), at([[-1, 0], [1, 1]]), np.array(1, i32), np.array([], i32), np.zeros((2, 0), i32), at(3, 3, 0, -4), at([7]), at([-9]), at([[0]])]
    for x in (floats(5), floats(3, 4), ints(3, 4), masks(4), singles(2, 3, 2), floats(0), floats(0, 3), floats()):
        for where in lists:
            for axis in (None, 0, 1, -1):
                for options in ({}, {"mode": "wrap"}, {"mode": "clip"}):
                    case("take", x, where, {"axis": axis, **options}, **of_scalar(x, axis), **({} if options else unseen(x, where, axis)))
    for x in (floats(2, 3), ints(2, 3), masks(2, 3), singles(2, 3)):
        for where, axis in (
            (at([[0, 1, 0], [1, 1, 0]]), 0), (at([[0, 2, 0], [1, -1, 0]]), 1), (at([[0, 2], [1, -3]]), -1), (at([[2], [0]]), 1), (at([[2]]), 1),
            (at([[1, 0, 1]]), 0), (at([[3], [0]]), 1), (at(5, 0), None), (at(6, 0), None), (at(0, 1), 0), (at([[0], [1], [0]]), 1), (np.zeros((2, 0), i32), 1),
            (np.zeros((0, 3), i32), 0), (at([[0]]), 2),
        ):  # fmt: skip
            case("takeAlongAxis", x, where, axis)
    case("takeAlongAxis", floats(2, 3, 2), np.argsort(floats(2, 3, 2), 1).astype(i32), 1)
    case("takeAlongAxis", floats(), np.array(0, i32), None)
    for indexing, sparse in itertools.product(("xy", "ij"), (False, True)):
        for parts in ([floats(2), ints(3)], [floats(2), ints(3), masks(2)], [floats(0), ints(3)], [floats(2)], [floats()], [floats(2), floats()], [floats(2, 2), ints(3)],
                      [floats(1), floats(2), floats(3), singles(2)], []):  # fmt: skip
            case("meshgrid", parts, {"indexing": indexing, "sparse": sparse})


# --- Linear algebra ---------------------------------------------------------------------------------------------------


def product_cases():
    pairs = [
        (floats(3), floats(3)), (floats(2, 3), floats(3)), (floats(3), floats(3, 2)), (floats(2, 3), floats(3, 4)), (floats(2, 2, 3), floats(3, 2)),
        (floats(2, 1, 2, 3), floats(3, 3, 1)), (floats(2, 0), floats(0, 3)), (floats(0), floats(0)), (floats(0, 3), floats(3, 2)), (ints(2, 3), ints(3, 2)),
        (ints(2, 3), floats(3, 2)), (ints(3), singles(3)), (masks(2, 3), masks(3, 2)), (masks(3), masks(3)), (masks(2, 3), ints(3, 2)), (floats(2, 3), floats(2, 3)),
        (floats(), floats(3)), (floats(3, 2), floats()), (floats(), floats()), (singles(2, 3), singles(3, 2)), (singles(2, 3), floats(3, 2)),
        (floats(2, 3, 4), floats(2, 4, 2)), (floats(1, 3, 4), floats(2, 4, 2)), (floats(3), floats(2, 3, 2)), (floats(2, 2, 3), floats(3)), (floats(3), floats(4)),
        (floats(2, 3, 4), floats(4, 3, 2)), (floats(3, 4), floats(3, 4)), (floats(5, 1), floats(1, 5)), (floats(9, 17), floats(17, 5)), (ints(1, 1), ints(1, 1)),
        (floats(2, 2, 3), floats(3, 3, 2)),
    ]  # fmt: skip
    for a, b in pairs:
        for name in ("matmul", "dot", "inner", "outer", "kron"):
            case(name, a, b)
        for n in (0, 1, 2, 3):
            case("tensordot", a, b, n)
    case("tensordot", floats(2, 3), floats(2, 3))
    for a, b, both in (
        (floats(2, 3, 4), floats(4, 3, 2), [[1, 2], [1, 0]]), (floats(2, 3), floats(3, 2), [[-1], [0]]), (floats(2, 3), floats(3, 2), [1, 0]),
        (floats(2, 3), floats(3, 2), [[0, 1], [1, 0]]), (floats(2, 3), floats(3, 2), [[], []]), (floats(2, 3), floats(3, 2), [[0], [0]]),
        (floats(2, 3), floats(3, 2), [[0], [0, 1]]), (floats(3, 3), floats(3, 3), [[0, 0], [0, 1]]), (ints(2, 3, 2), ints(2, 2), [[0, 2], [0, 1]]),
        (floats(2, 3), floats(3, 2), [[5], [0]]), (floats(2, 0), floats(0, 2), [[1], [0]]),
    ):  # fmt: skip
        case("tensordot", a, b, both)
    for chain in (
        [floats(2, 3), floats(3, 4), floats(4, 2)], [floats(3), floats(3, 4), floats(4)], [floats(2, 3), floats(3)], [floats(3), floats(3)],
        [floats(5, 2), floats(2, 6), floats(6, 3), floats(3, 4)], [floats(3), floats(3, 2), floats(2, 5)], [floats(2, 3), floats(2, 3)], [floats(2, 3)],
        [floats(2, 3), floats(3), floats(3, 2)], [singles(2, 3), singles(3, 2), singles(2, 2)], [floats(2, 0), floats(0, 3), floats(3, 1)],
        [floats(7, 1), floats(1, 9), floats(9, 2), floats(2, 8), floats(8)],
    ):  # fmt: skip
        case("multiMatmul", chain)
    # Two arrays are a matrix product for NumPy, whatever their axes.
    case("multiMatmul", [floats(2, 2, 2), floats(2, 2)], raises="ValueError")


def matrix_cases():
    for x in [x for x in ARRAYS_OF_ALL] + [floats(4, 4), ints(5, 2), masks(3, 3)]:
        for k in (0, 1, -1, 2, -4):
            for name in ("tril", "triu", "diag", "diagonal", "trace"):
                case(name, x, k, **({"raises": "ValueError"} if x.ndim == 0 else {}))
    for k, a, b in ((0, 1, 2), (1, 2, 0), (-1, 0, 2), (0, -1, 1), (0, 1, 1), (0, 0, 3), (2, -2, -1), (0, -3, -1)):
        for x in (floats(2, 3, 4), ints(2, 3, 4), floats(2, 1, 3, 2)):
            case("diagonal", x, k, a, b)
            case("trace", x, k, a, b)
    for x in (floats(4), floats(2, 3), ints(3), singles(2, 3), masks(3), floats(2, 2, 3), floats(0), floats(2, 0), floats(), np.array([3.0, NAN, 1.0]), np.array([[0.0, 0.0], [3.0, -4.0]])):
        for order in (None, 1, 2, 3, 0.5, 2.5, INF, -INF, -1, -2):
            for axis, keepdims in ((None, False), (None, True), (0, False), (-1, True), ([0, 1], False), ([1], True), (7, False)):
                many = x.ndim > 1 and axis is None or isinstance(axis, list) and len(axis) > 1
                if many and order is not None or isinstance(axis, list) and x.ndim < 2:
                    continue  # matrix norms are left out
                if axis is None and x.ndim == 0 and order is not None:
                    continue
                # Nothing has no largest element.
                differs = {"raises": "ValueError"} if order == INF and x.size == 0 and axis != 7 and (axis != 0 or x.ndim == 1) else {}
                case("norm", x, {"ord": order, "axis": axis, "keepdims": keepdims}, **differs, smooth=x.dtype == f64 and order not in (INF, -INF))


def einsum_cases():
    a, b, c, d = floats(2, 3), floats(3, 4), floats(4, 2), floats(3, 3)
    for subscripts, *operands in (
        ("ij,jk", a, b), ("ij,jk->ki", a, b), ("ij->ji", a), ("ij->", a), ("ij->j", a), ("ij", a), ("ji", a), ("ii", d), ("ii->i", d), ("ii->", d), ("i,i->", d[0], d[1]),
        ("ij,ij->", a, a), ("ij,ij->ij", a, a), ("ij,kj->ik", a, a), ("i,j->ij", floats(2), floats(3)), ("i,j->ji", floats(2), floats(3)), ("i,j", floats(2), floats(3)),
        ("j,i", floats(2), floats(3)), ("ba,cb", b, a), ("ij,jk,kl->il", a, b, c), ("ij,jk,kl->li", a, b, c), ("ij,jk,ki->", a, b, c), ("ij,jk,kl", a, b, c), ("ij,j->i", a, floats(3)),
        ("...j,jk->...k", floats(2, 2, 3), b), ("...ij,...jk->...ik", floats(2, 1, 2, 3), floats(3, 3, 2)), ("...ij,...jk", floats(2, 1, 2, 3), floats(3, 3, 2)),
        ("i...->...", a), ("i...->i", a[:, 0]), ("...,...", a, a), ("...", a), ("...->...", a), ("...i->i...", floats(2, 3, 4)), ("i...j->j...i", floats(2, 3, 4)), ("...ii->...i", floats(2, 3, 3)),
        ("...ii", floats(2, 3, 3)), ("ii...->i...", floats(3, 3, 2)), ("...ij->...ji", floats(2, 3, 4)), ("...,i", floats(2), floats(3)), ("...i,...i->...", a, a), ("...i,i...->i...", floats(2, 3), floats(3, 2)),
        ("i...,i...->...", a, floats(2)), ("iij->j", floats(2, 2, 3)), ("iij->ij", floats(2, 2, 3)), ("iji->j", floats(2, 3, 2)), ("iji->ji", floats(2, 3, 2)), ("iii->i", floats(2, 2, 2)), ("iii", floats(2, 2, 2)),
        ("ijij->", floats(2, 3, 2, 3)), ("ijij->ij", floats(2, 3, 2, 3)), ("ijji->ji", floats(2, 3, 3, 2)), ("ii,ii->i", d, d), ("ii,jj->ij", d, floats(2, 2)), ("ii,ij->j", d, d),
        ("abc,cd,def->abef", floats(2, 3, 4), floats(4, 2), floats(2, 3, 2)), ("a,b,c,d->abcd", floats(2), floats(3), floats(1), floats(2)), ("a,ab,abc->abc", floats(2), a, floats(2, 3, 4)),
        ("ab,bc,ca,ab->", a, b, c, a), ("a,a,a->a", floats(3), floats(3), floats(3)), ("a,a,a->", floats(3), floats(3), floats(3)), ("ab,b,a->", a, floats(3), floats(2)), ("ab,cd->", a, b), ("ab,cd->ac", a, b),
        ("abcd,efcd->abef", floats(2, 1, 3, 2), floats(1, 2, 3, 2)), ("bij,bjk->bik", floats(2, 2, 3), floats(2, 3, 4)), ("bij,bjk->ikb", floats(2, 2, 3), floats(2, 3, 4)), ("bhqd,bhkd->bhqk", floats(2, 2, 3, 4), floats(2, 2, 5, 4)),
        ("ij,jk->ik", floats(2, 0), floats(0, 3)), ("i->", floats(0)), ("ij->i", floats(2, 0)), ("ij,ij->i", floats(0, 3), floats(0, 3)), ("ii->i", floats(0, 0)), ("ij,jk->ik", floats(0, 3), b), ("i,j->ij", floats(0), floats(2)),
        ("ij,jk->ik", ints(2, 3), ints(3, 2)), ("ij,jk->ik", masks(2, 3), masks(3, 2)), ("ij->", masks(2, 3)), ("ij->j", ints(2, 3)), ("ij,ij->ij", ints(2, 3), masks(2, 3)), ("ij,jk->ik", singles(2, 3), b), ("ij,jk->ik", singles(2, 3), singles(3, 2)),
        ("i,i", masks(3), ints(3)), ("ij,jk", a, a), ("ij->ik", a), ("ij,", a), ("i", a), ("ij->ii", a), ("i.j->ij", a), ("ij,jk->ik", a), ("ij,jk->ik", a, floats(1, 4)), ("ij,jk->ik", floats(2, 1), b), ("ij,ij->ij", floats(1, 3), floats(2, 3)),
        ("ij,ij->", floats(2, 1), floats(1, 3)), ("ij,ij->i", floats(2, 1), floats(2, 3)), ("ij,jk->", floats(2, 1), b), ("ii->i", floats(1, 3)), (",ij->ij", floats(), a), (",", floats(), floats()), ("->", floats()), ("", floats()), (",->", floats(), ints()),
        ("Ij,jK->IK", a, b), ("aB,Bc", a, b), ("Ba", a), (" ij , jk -> ik ", a, b), ("ij,ijk,ijl->kl", a, floats(2, 3, 2), floats(2, 3, 3)), ("aab,bc->ac", floats(2, 2, 3), b), ("ij->k", a), ("i->->i", floats(2)), ("ij-ji", a), ("i1->i", a),
        ("...ij...->ij", a), ("ij,jk->ik", a, b, c), ("ijk->", floats(2, 3, 4)), ("ijk->ik", floats(2, 3, 4)), ("ijk->kij", floats(2, 3, 4)), ("ijk,jil->kl", floats(2, 3, 4), floats(3, 2, 5)), ("...->", np.array(2.5)), ("...", floats()),
        ("ab,...b->...a", a, floats(2, 1, 3)), ("...a,...a->...a", a, floats(4, 1, 3)), ("ij,ji->", a, floats(3, 2)), ("ab,ab,c->ac", a, a, floats(2)), ("ab,bc,cd,de,ef->af", a, b, c, a, b),
    ):  # fmt: skip
        case("einsum", subscripts, *operands)
    for args in (
        (a, [0, 1], b, [1, 2]), (a, [0, 1], b, [1, 2], [2, 0]), (d, [0, 0]), (d, [0, 0], [0]), (a, [0, 1], [1, 0]), (a, [1, 0]), (a, [0, 1], []), (a, ["...", 0], [0, "..."]),
        (floats(2, 2, 3), ["...", 5], b, [5, 7], ["...", 7]), (a, [3, 1], floats(3), [1]), (a, [0, 1], a, [0, 1], a, [0, 1], [1]), (a, [0]), (a, [0, 1], [2]), (a, [0, -1]), (a, [7, 30], [30, 7]),
        (floats(), []), (floats(), [], a, [0, 1]),
    ):  # fmt: skip
        case("einsum", *args)
    # Axes of an ellipsis that the result leaves out are summed; NumPy raises.
    case("einsum", "...i->i", a, gives=a.sum(0))
    case("einsum", "b...i,...i->b", floats(2, 2, 3), a, gives=np.einsum("bji,ji->b", floats(2, 2, 3), a))


# --- Order ------------------------------------------------------------------------------------------------------------

TIED = [
    at(3, 1, 2, 1, 3), np.array([2.5, NAN, -1, INF, -INF, 2.5, NAN]), np.array([0.0, -0.0, 1, -1, -0.0]), masks(5), np.array([NAN, NAN]), np.array([[1, NAN, 1], [NAN, 2, -INF]]),
    np.array([[2, 1, 2, 2], [0, 0, -1, 0], [1, 2, 1, 2]], f32), np.array([2**31 - 1, -(2**31), 0, 2**31 - 1], i32), np.tile(at(2, 1, 0), 17), np.where(np.arange(400) % 37 == 5, NAN, (np.arange(400) * 271) % 53 - 20.0).astype(f32),
    ((np.arange(600) * 389) % 101 - 50).reshape(3, 200).astype(i32), floats(2, 150), np.array([1.5, 1.5, 1.5]),
    np.where(np.arange(40) % 7 == 3, NAN, (np.arange(40) * 13) % 5).reshape(8, 5),
]  # fmt: skip


def order_cases():
    for x in ARRAYS_OF_ALL + TIED:
        n = x.ndim
        for axis in (None, -1, 0, 1, -n, 4):
            for options in ({"axis": axis}, {"axis": axis, "descending": True}):
                scalar = n == 0 and options.get("descending") and axis is not None
                if scalar:
                    continue
                case("sort", x, options)
                case("argsort", x, options)
        case("sort", x)
        case("argsort", x)
        if n > 0:
            for k, options in ((1, {}), (2, {"largest": False}), (0, {}), (1, {"axis": 0}), (3, {"axis": -1}), (2, {"axis": 0, "largest": False}), (-1, {}), (99, {}), (1, {"axis": 5})):
                case("topK", x, k, options)
        for axis, keepdims in ((None, False), (None, True), (0, False), (-1, True), (1, False), (6, False)):
            options = {"axis": axis, "keepdims": keepdims}
            if x.dtype != boolean:
                case("median", x, options)
                # Between infinite neighbours NumPy's interpolation gives NaN also at the one that is hit.
                infinite = x.dtype.kind == "f" and np.isinf(x).any()
                for q in (30, 50.0) if axis == 1 or keepdims else (30, 100, 50.0, 101, -1) if infinite else (0, 30, 100, 50.0, 101, -1):
                    case("percentile", x, q, options)
                if x.dtype != f32 and not infinite:  # a list is an array of float64 for NumPy, and plain numbers here
                    case("percentile", x, [25, 75, 0], options)
                    case("quantile", x, [0.5, 1], options)
                case("quantile", x, 0.35, options)
        case("quantile", x, 1.5)
        case("unique", x)
        case("nonzero", x)
        case("argwhere", x)
        case("where", x)
        for axis in (None, -1, 0, 9):
            case("argmax", x, axis, **of_scalar(x, axis))
            case("argmin", x, axis, True, **of_scalar(x, axis))
    lists = (np.array([-1, 0, 0, 2, 5.5]), np.array([], f64), np.array([1.0, 2, NAN, NAN]), at(1, 1, 2, 9), np.array([False, True]), np.array([-INF, 0, INF], f32), np.arange(33.0))
    for side, ordered in itertools.product(("left", "right"), lists):
        for v in (np.array([-1, 0, 0, 2, 5.5, 1, 32]), np.array([[-9, 9], [0.5, NAN]]), np.array(2.0), np.array([], f64), at([1, 0], [9, 3]), np.array([INF, -INF], f32), masks(2)):
            case("searchsorted", ordered, v, {"side": side})
    case("searchsorted", floats(2, 2), floats(2))
    for x in ARRAYS_OF_ALL:
        for n, axis in ((1, -1), (2, -1), (1, 0), (2, 1), (0, -1), (9, -1), (-1, 0), (1, 7)):
            if x.ndim == 0 and n == 0:
                continue  # an error, as with any other n
            case("diff", x, {"n": n, "axis": axis})
        case("diff", x)
    for x in ARRAYS_OF_ALL + [np.array([2.0, NAN, 3, 0, INF]), np.array([[0.0, 2, 0], [0, 0, 3]]), at(2**31 - 1, -5), singles(3, 40)]:
        wraps = x.dtype == i32 and x.size and np.abs(x).max() > 1000
        for axis in (None, *every_axis(x)):
            if not wraps:
                case("cumsum", x, axis, **of_scalar(x, axis))
                case("cumprod", x, axis, **of_scalar(x, axis))
                case("cumsum", x, {"axis": axis}, **of_scalar(x, axis))


def reduction_cases():
    holes = [np.array([NAN, 1, 2.5, NAN]), np.array([[NAN, NAN], [1, 2]]), np.array([NAN]), np.array([[1, NAN], [NAN, 4]], f32), np.array([INF, NAN, -INF]), np.array(NAN)]
    extremes = [np.array([1000.0, 1000, -INF]), np.array([-1000.0, -1001]), np.array([-INF, -INF]), np.array([INF, 1]), np.array([[0.0, 800], [-800, 800]], f32), np.array([INF, -INF])]
    for x in ARRAYS_OF_ALL + holes + extremes:
        for axis, keepdims in ((None, False), (None, True), (0, False), (-1, True), ([0, 1], False), ([-1], True), ([], False), ([1, -1], False), (5, False)):
            several = isinstance(axis, list) and (len(axis) != 1)
            case("nansum", x, axis, keepdims, **of_scalar(x, axis))
            if not (x.dtype.kind != "f" and axis == []):
                case("nanmean", x, axis, keepdims, **of_scalar(x, axis))
            if x.dtype.kind == "f" and not (several and max(axis, default=0) >= x.ndim) and not np.isnan(x).any():
                case("logsumexp", x, axis, keepdims)
    case("logsumexp", ints(2, 3), 1)
    for x, options in (
        (at(0, 2, 2, 5), {}), (at(0, 2, 2, 5), {"minlength": 9}), (at(0, 2), {"weights": np.array([0.5, 2.0]), "minlength": 4}), (at(1, 1), {"weights": np.array([NAN, 2.0])}), (np.array([], i32), {}),
        (np.array([], i32), {"minlength": 3}), (at(1, -1), {}), (at([[1]]), {}), (np.array([1.0]), {}), (at(1, 2), {"weights": np.array([1.0])}), (at(1, 2), {"minlength": -1}), (at(3, 3), {"weights": at(2, 5)}),
        (at(0, 1), {"weights": np.array([1, 2], f32)}), (masks(4), {}),
    ):  # fmt: skip
        case("bincount", x, options)


# --- Making and asking ------------------------------------------------------------------------------------------------


def making_cases():
    for dtype in ("float64", "float32", "int32"):
        for args in ((5, None, 1), (2, 7, 1), (2, 7, 2), (7, 2, -2), (3, 3, 1), (5, 2, 1), (0, -4, -1), (-3, None, 1), (1, 10, 3)):
            case("arange", *args, dtype)
    for args in ((0, 1, 0.3), (0, 1, 0.1), (1, 2, 0.25), (0.5, 3, 1), (1, 0, -0.3), (0, 1e-3, 1e-4), (2.5, None, 1)):
        case("arange", *args, "float64")
    case("arange", 0, 3, 0)
    for n in (5, 1, 0, 2, 50, -1):
        for endpoint in (True, False):
            for dtype in ("float64", "float32"):
                options = {"dtype": dtype, "endpoint": endpoint}
                for ends in ((-1, 3), (2.5, 2.5), (3, -1), (0.1, 0.7)):
                    case("linspace", *ends, n, options)
                case("logspace", 0, 2, n, options)
                case("logspace", -1, 2, n, {**options, "base": 2})
                case("geomspace", 1, 1000, n, options)
                case("geomspace", -8, -1, n, options)
                case("geomspace", 256, 0.5, n, options)
    case("geomspace", 3, 3, 3, "float64")
    for ends in ((1, 1000), (-1000, -1), (10000, 1)):
        case("geomspace", *ends, 4 if 1000 in np.abs(ends) else 5, "int32")
    case("logspace", 0, 3, 4, "int32")
    case("linspace", 0, 1, 5, {"dtype": "int32"})
    case("linspace", 0, 9, 4, "int32")
    case("linspace", -3, 3, 5, "int32")
    case("geomspace", 0, 1, 3, "float64")
    for n, m, k in ((3, 3, 0), (2, 4, 1), (3, 2, -1), (0, 2, 0), (2, 2, 5), (4, 3, -3), (3, 0, 1), (-1, 2, 0)):
        for dtype in ("float64", "bool", "int32"):
            case("eye", n, m, k, dtype)
    case("identity", 3, "int32")
    case("identity", 0)
    for shape, value, dtype in (([2, 3], 1.5, "float64"), (3, 2, "int32"), ([], True, "bool"), ([0, 2], 7, "float32"), ([2], True, None), ([2], 2.75, "int32"), ([2], 3, "bool"), ([2], -1.5, "float32"), ([-1], 0, "int32")):
        case("full", shape, value, *([] if dtype is None else [dtype]))
    for low, high in ((-1, 1), (None, 0.5), (0, None), (1, -1), (NAN, 1), (np.array([0, 1, 2.0]), 2), (None, at(1, 2, 0)), (at([0], [1]), np.array([1, NAN, 3])), (-INF, INF), (True, None)):
        for x in (floats(2, 3), ints(2, 3), singles(2, 3), floats(0, 3), masks(2, 3), np.array([NAN, 1, -5]), floats()):
            if x.dtype.kind != "f" and any(isinstance(b, float) for b in (low, high)) or x.dtype == boolean and low is not True:
                continue
            case("clip", x, low, high, smooth=False)
    pairs = (np.array([1, NAN, INF, 2, 0.0]), np.array([1, NAN, -INF, 2.00001, -0.0]), np.array([1 + 1e-9, NAN, INF, 2.0001, 1e-9]), at(1, 0, 0, 2, 0), np.array([1, NAN, INF, 2, 1e-7], f32), masks(5), np.array([[1.0], [2]]), floats(0), floats(4))
    for x, y in itertools.product(pairs, repeat=2):
        for options in ({}, {"equalNan": True}, {"rtol": 1e-3, "atol": 0}, {"rtol": 0, "atol": 1e-6}):
            case("isclose", x, y, options)
            case("allclose", x, y, options)
        case("arrayEqual", x, y)
        case("arrayEqual", x, y, {"equalNan": True})
    names = ("float64", "float32", "int32", "bool")
    for a, b in itertools.product(names, repeat=2):
        case("resultType", a, b)
        case("resultType", np.ones(2, a), np.ones((), b))
        case("resultType", np.ones(2, a), b)
        for how in ("safe", "same_kind", "unsafe", "no"):
            case("canCast", a, b, how)
        for c in names:
            case("resultType", a, np.ones(3, b), c)
    for a in names:
        for value in (True, 3, 2.5):
            case("resultType", np.ones(2, a), value)
            case("resultType", value, np.ones((), a), np.ones(1, "bool"))
            if not (a == "bool" and value == 2.5):
                case("where", masks(3), np.ones(3, a), value)
    for make in MAKERS:
        for other in MAKERS:
            case("where", masks(2, 3), make(2, 3), other(3))
        case("where", make(2, 1), floats(3), ints(2, 3))
        case("where", make(), floats(2), floats(2, 1))
        case("where", make(0), floats(1), floats())
        case("where", make(2), floats(3), floats())
    case("where", np.array([NAN, 0, -0.0]), floats(3), ints(3))
    case("signbit", np.array([1, -1, 0, -0.0, INF, -INF]))
    case("signbit", np.array([1.5, -0.0], f32))


# --- Indices ----------------------------------------------------------------------------------------------------------

INDICES = []
draw = random.Random(2024)
INDEXED = [
    (), (), (1,), (5,), (5,), (0,), (3, 4), (3, 4), (3, 3), (1, 4), (0, 3), (4, 0), (2, 3, 4), (2, 3, 4), (3, 1, 2), (2, 0, 3), (2, 1, 3, 2), (2, 3, 2, 2), (2, 2, 0, 1),
]  # fmt: skip


def source(shape, dtype):
    """The elements that the test makes of a shape and dtype."""
    k = np.arange(int(np.prod(shape)))
    values = {"int32": k * 3 - 7, "bool": k % 3 == 0}.get(dtype, k * 0.5 - 1.25)
    return values.astype(dtype).reshape(shape)


def random_slice(n):
    pick = lambda: draw.choice([None, *range(-n - 2, n + 3)])
    return slice(pick(), pick(), draw.choice([None, 1, 1, 2, -1, -1, -2, 3, -3]))


def random_positions(n, shape):
    if n == 0:
        shape = draw.choice([(0,), (0,), (1, 0), (2, 0)])
    return np.array([draw.randint(-n, n - 1) for _ in range(int(np.prod(shape)))], i32).reshape(shape)


def random_mask(shape):
    share = draw.choice([0, 0.3, 0.5, 0.5, 1])
    return np.array([draw.random() < share for _ in range(int(np.prod(shape)))], bool).reshape(shape)


def random_index(shape, kinds):
    items, axis, ellipsis = [], 0, False
    joint = draw.choice([(2,), (3,), (2, 2), (1,), (3, 1), (2, 1, 2)])
    alike = [joint, joint, joint, (1,), joint[-1:], ()]
    while axis < len(shape):
        kind, n = draw.choice(kinds), shape[axis]
        if kind == "new":
            items.append(None)
            continue
        if kind == "stop":
            break
        if kind == "rest":
            if not ellipsis:
                items.append(Ellipsis)
                axis += draw.randint(0, len(shape) - axis)
            ellipsis = True
            continue
        if kind == "mask" and not (ellipsis and 0 in shape):  # NumPy lets a mask of length 0 pass on any axis
            rank = draw.randint(1, len(shape) - axis)
            items.append(random_mask(shape[axis : axis + rank]))
            axis += rank
            continue
        if kind == "number" and n > 0:
            items.append(draw.randint(-n, n - 1))
        elif kind == "list":
            items.append(random_positions(n, draw.choice(alike)))
        else:
            items.append(random_slice(n))
        axis += 1
    if draw.random() < 0.15:
        items.append(draw.choice([None, Ellipsis] if not ellipsis else [None]))
    return tuple(items)


BASIC = ["slice", "slice", "slice", "number", "number", "new", "rest", "stop"]
MIXED = ["slice", "slice", "number", "list", "list", "list", "new", "rest", "mask", "stop"]


def spoiled(index, shape):
    """An index like this one that selects nothing: out of bounds, too long, of a misfit mask, of lists that do not fit."""
    items = list(index)
    place = draw.randint(0, len(items))
    n = shape[0] if shape else 0
    kind = draw.choice(["number", "list", "many", "mask", "lists", "dots", "step", "float"])
    if kind in ("number", "list"):
        outside = draw.choice([n, -n - 1, n + 5])
        items = [outside if kind == "number" else at([0] * (n > 0) + [outside]), *items[1:]]
    elif kind == "many":
        items += [draw.choice([0, slice(None), at([0])])] * (len(shape) + 1)
    elif kind == "mask":
        items = [np.ones((n + 1, *shape[1:]), bool)]
    elif kind == "lists":
        items = [at(0, 0), at(0, 0, 0)]
    elif kind == "dots":
        items.insert(place, Ellipsis)
        items.append(Ellipsis)
    elif kind == "step":
        items = [slice(None, None, 0)]
    else:
        items = [np.zeros(2)]
    return tuple(items)


def text_of(item):
    if item is None:
        return "None"
    if item is Ellipsis:
        return "..."
    if isinstance(item, slice):
        parts = ["" if p is None else str(p) for p in (item.start, item.stop, item.step)]
        return ":".join(parts if item.step is not None else parts[:2])
    return str(item)


def encode_item(item):
    if isinstance(item, slice):
        return {"slice": [item.start, item.stop, item.step]}
    return "..." if item is Ellipsis else encode(item)


def raised(error):
    return next(t.__name__ for t in type(error).__mro__ if t.__name__ in ("IndexError", "TypeError", "ValueError"))


def index_case(shape, index, first=None):
    """A read and a write at an index; with `first`, of the view that a first index makes."""
    dtype = draw.choice(["float64", "float64", "float32", "int32", "bool"])
    layout = draw.choice([*LAYOUTS, "rows"])
    part = (lambda a: a) if first is None else (lambda a: a[first])
    whole = LAYOUTS[layout](source(shape, dtype))
    x = part(whole)
    made = {"shape": list(shape), "dtype": dtype, "layout": layout, "index": [encode_item(item) for item in index]}
    if first is not None:
        made["first"] = [encode_item(item) for item in first]
    if index and not any(isinstance(item, np.ndarray) for item in index):
        made["text"] = ", ".join(text_of(item) for item in index)
    INDICES.append(made)
    try:
        read = x[index]
    except (IndexError, ValueError) as error:
        made["raises"] = raised(error)
        return
    made["view"] = bool(isinstance(read, np.ndarray) and np.may_share_memory(read, whole)) if np.size(read) else None
    positions = part(np.arange(whole.size).reshape(shape))[index]
    made["reads"] = {"shape": list(np.shape(positions)), "data": np.ravel(positions).tolist()}
    # A value that broadcasts to what is selected: some leading axes left out, some axes of length 1.
    full = np.shape(read)
    stretched = tuple(1 if draw.random() < 0.2 else d for d in full[draw.choice([0, 0, 1, len(full)]) :])
    if draw.random() < 0.08:
        stretched = (*stretched, 7)
    kind = draw.choice([dtype, dtype, "float64", "float32", "int32", "bool"])
    value = (source(stretched, kind).astype(float) + (0 if kind == "bool" else 50.75)).astype(kind)
    made["value"] = encode(value)
    written = LAYOUTS[layout](source(shape, dtype))
    try:
        part(written)[index] = value
        made["written"] = encode(written)
    except (ValueError, TypeError) as error:
        made["refuses"] = raised(error)
    if dtype == kind and dtype != "bool" and "written" in made:
        added = LAYOUTS[layout](source(shape, dtype))
        np.add.at(part(added), index, value)
        made["added"] = encode(added)


FIXED = [
    ((3, 4), (np.array(1, i32),)), ((3, 4), (np.array(1, i32), slice(None))), ((3, 4), (slice(None), np.array(-1, i32), None)), ((3, 4), (np.array(1, i32), at(0, 2))),
    ((3, 4), (at(0, 2), slice(None), None)), ((2, 3, 4), (at(0, 1), slice(None), at(1, 2))), ((2, 3, 4), (at(0, 1), 2)), ((2, 3, 4), (0, at(0, 1))), ((2, 3, 4), (0, slice(None), at(0, 1))),
    ((2, 3, 4), (slice(None), at([0], [1]), at(1, 2, 3))), ((2, 3, 4), (at(0, 1), None, at(1, 2))), ((2, 3, 4), (slice(None), at(0, 1), None, at(1, 2))), ((2, 3, 4), (at(0, 1), Ellipsis, at(1, 2))),
    ((3, 4), (at(0, 1), Ellipsis, at(1, 2))), ((2, 3, 4), (Ellipsis, at(0, 1), at(1, 2))), ((3, 4), (np.eye(3, 4) > 0,)), ((3, 4), (np.array([True, False, True]), at(1, 2))), ((3, 4), (np.array([True, False, True]), at([1]))),
    ((3, 4), (np.array([True, False, True]), at(1, 2, 3))), ((3, 4), (slice(None), np.array([True, False, True, True]))), ((2, 3, 4), (slice(None), np.ones((3, 4), bool))), ((2, 3, 4), (np.ones((2, 3), bool), 1)),
    ((2, 3, 4), (np.ones((2, 3), bool), slice(1, 3))), ((2, 3, 4), (0, np.ones((3, 4), bool))), ((3,), (np.zeros(3, bool),)), ((0, 3), (np.zeros((0, 3), bool),)), ((0, 3), (np.zeros(0, bool),)), ((0,), (np.array([], i32),)),
    ((), ()), ((), (Ellipsis,)), ((), (None,)), ((), (None, Ellipsis, None)), ((), (0,)), ((), (slice(None),)), ((), (at([0]),)), ((5,), ()), ((5,), (at([[]] * 2),)), ((4, 3), (at(3, 1, 3, -1),)), ((4, 3), (at(3, 1, 3, -1), at(0, 0, 0, 0))),
    ((5,), (slice(10, None, -1),)), ((5,), (slice(None, -10, -1),)), ((5,), (slice(-10, 10, 2),)), ((5,), (slice(3, 1),)), ((5,), (slice(None, None, -7),)), ((5,), (slice(2**31, None, -1),)), ((3, 4), (1, 2)), ((3, 4), (1, 2, Ellipsis)),
    ((3, 4), (None, 1, None, 2, None)), ((2, 3, 4), (slice(None), np.zeros((3, 4), bool))), ((2, 3, 4), (np.array([True, False]), slice(None), np.array([True, False, True, False]))), ((2, 3, 4), (at(1), at(1), at(1))),
    ((5,), (np.array(True),)), ((5,), (np.array(False),)), ((3, 4), (np.array(True), 1)), ((3, 4), (slice(None), np.array(True))), ((), (np.array(True),)), ((), (np.array(False),)), ((3, 4), (np.array(True), at(0, 1))),
]  # fmt: skip


def index_cases():
    for shape, index in FIXED:
        index_case(shape, index)
    for k in range(720):
        shape = draw.choice(INDEXED)
        index = random_index(shape, BASIC if k % 3 == 0 else MIXED)
        index_case(shape, spoiled(index, shape) if k % 12 == 11 else index)
    for k in range(240):
        shape = draw.choice(INDEXED)
        first = (*random_index(shape, BASIC), *([] if k % 2 else [Ellipsis]))
        first = first if first.count(Ellipsis) < 2 else first[:-1]
        seen = source(shape, "float64")[first]
        if isinstance(seen, np.ndarray):
            index_case(shape, random_index(seen.shape, MIXED), first)


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    for cases in (shape_cases, joining_cases, taking_cases, product_cases, matrix_cases, einsum_cases, order_cases, reduction_cases, making_cases, index_cases):
        cases()
    document = {"numpy": np.__version__, "arrays": ARRAYS, "functions": CASES, "indices": INDICES}
    text = json.dumps(document, allow_nan=False, separators=(",", ":"))
    path = pathlib.Path(__file__).with_name("cases.json.gz")
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{path.name}: {path.stat().st_size} bytes, {len(CASES)} calls, {len(INDICES)} indices, {len(ARRAYS)} arrays")


if __name__ == "__main__":
    main()
