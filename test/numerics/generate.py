#!/usr/bin/env python3
"""Writes numpy-values.json.gz: what NumPy gives at edge values, for every element-wise operation and reduction.

    python3 -m venv /tmp/npenv && /tmp/npenv/bin/pip install numpy
    /tmp/npenv/bin/python test/numerics/generate.py

Needs NumPy 2. Nothing is random and no time is stored, so one version of NumPy on one machine gives the same bytes each
time. README.md beside this file describes the format and what is left out.
"""

import gzip
import itertools
import json
import pathlib
import warnings

import numpy as np

FLOATS = ("float64", "float32")
DTYPES = (*FLOATS, "int32", "bool")
NAN, INF = float("nan"), float("inf")

# --- Encoding ---------------------------------------------------------------------------------------------------------


def number(value):
    """A JSON number, or a string that JavaScript's Number() reads, for what JSON has no number for."""
    if isinstance(value, (bool, int)):
        return int(value)
    if value != value:
        return "NaN"
    if value in (INF, -INF):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if np.signbit(value) else 0
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def encode(array):
    """Every float32 is a float64, so that all digits are kept."""
    array = np.asarray(array)
    flat = array.astype(np.float64) if array.dtype.kind == "f" else array
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": [number(v) for v in flat.ravel().tolist()]}


ARRAYS = []  # each input once; cases name it by its position
POSITIONS = {}


def position(array):
    text = json.dumps(encode(array))
    if text not in POSITIONS:
        POSITIONS[text] = len(ARRAYS)
        ARRAYS.append(json.loads(text))
    return POSITIONS[text]


def outcome(call):
    try:
        return encode(call())
    except (TypeError, ValueError) as error:  # AxisError is a ValueError
        kinds = ("AxisError", "TypeError", "ValueError")
        return {"raises": next(k for k in kinds if k in [t.__name__ for t in type(error).__mro__])}


# --- Element-wise operations ------------------------------------------------------------------------------------------

BINARY = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "floorDivide": np.floor_divide, "remainder": np.remainder, "fmod": np.fmod, "power": np.power, "maximum": np.maximum,
    "minimum": np.minimum, "arctan2": np.arctan2, "logaddexp": np.logaddexp, "logaddexp2": np.logaddexp2,
    "equal": np.equal, "notEqual": np.not_equal, "less": np.less, "lessEqual": np.less_equal,
    "greater": np.greater, "greaterEqual": np.greater_equal, "logicalAnd": np.logical_and,
    "logicalOr": np.logical_or, "logicalXor": np.logical_xor,
}  # fmt: skip
BITS = {  # of int32
    "bitwiseAnd": np.bitwise_and, "bitwiseOr": np.bitwise_or, "bitwiseXor": np.bitwise_xor,
    "leftShift": np.left_shift, "rightShift": np.right_shift,
    "rightShiftUnsigned": lambda x, y: (x.view(np.uint32) >> y.view(np.uint32)).view(np.int32),
}  # fmt: skip
UNARY = {
    name: getattr(np, name.lower() if name == "logicalNot" else name)
    for name in """isnan isinf isfinite negative absolute sign reciprocal square sqrt cbrt exp exp2 expm1 log log2 log10
    log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc rint sinc""".split()
} | {"logicalNot": np.logical_not}

# An odd number of values, so that all pairs fill no whole number of SIMD vectors.
COMMON = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e-30, -1e-30, 1e30, 3.0, 2.5]
VALUES = {
    "float64": [*COMMON, 709.5],
    "float32": [*COMMON, 88.5],
    "int32": [-(2**31), 2**31 - 1, 0, 1, -1, 7, -7],
    "bool": [False, True],
}
# More for functions of one operand: ties of rint, both sides of 1, large angles, the ends of exp's range and the dtype's.
SINGLE = [-0.5, 1.5, -1.5, 0.1, -0.1, 0.75, 0.99, -0.99, 2.0, -3.0, 10.0, -10.0, 22.0, 100.0, -100.0, 1e5, 1e-5, -1e-5]
EXTRA = {
    "float64": [*SINGLE, -1e30, -709.5, 710.5, -740.5, -760.0, 1024.0, -1074.0, 2.0**53 - 1, 5e-324, -5e-324,
                2.3e-308, 1.7976931348623157e308, 1 - 2**-53, 1 + 2**-52],
    "float32": [*SINGLE, -1e30, -88.5, 89.5, -100.5, -120.0, 128.0, -149.0, 2.0**24 - 1, 2.0**-149, -(2.0**-149),
                1.2e-38, 3.4028234663852886e38, 1 - 2**-24, 1 + 2**-23],
    "int32": [2, -2, 100, -100, 65536, 46341],
    "bool": [],
}  # fmt: skip

# Where Gradloom computes in another dtype than NumPy, `instead` is what NumPy gives for operands of that dtype.
IN_FLOAT = {"int32": "float64", "bool": "float32"}
COMPUTED_IN = {name: IN_FLOAT for name in ("reciprocal", "floor", "ceil", "trunc")} | {
    "sinc": {"float32": "float64"}  # by the reference; its result is rounded
}
STAND_INS = {"float16": "float32", "int8": "int32", "int64": "int32"}


def case(operands, kwargs, call, instead=None):
    made = {"dtype": str(operands[-1].dtype), "inputs": [position(a) for a in operands]}
    if kwargs:
        made["kwargs"] = kwargs
    made["expected"] = outcome(lambda: call(*operands))
    if instead is not None:
        result = call(*[a.astype(instead) for a in operands])
        made["instead"] = encode(result.astype("float32") if made["dtype"] == "float32" else result)
    elif made["expected"].get("dtype") in STAND_INS:
        stand_in = STAND_INS[made["expected"]["dtype"]]
        made["instead"] = outcome(lambda: call(*[a.astype(stand_in) for a in operands]))
    return made


def elementwise_cases(name, f):
    for dtype in DTYPES:
        instead = COMPUTED_IN.get(name, {}).get(dtype)
        if name in UNARY:
            operands = [np.array(VALUES[dtype] + EXTRA[dtype], dtype)]
        else:
            pairs = list(itertools.product(VALUES[dtype], repeat=2))
            if name == "power" and dtype == "int32":  # NumPy raises
                pairs = [(x, y) for x, y in pairs if y >= 0]
            operands = [np.array(column, dtype) for column in zip(*pairs)]
        yield case(operands, {}, f, instead)
        yield case([a[:0] for a in operands], {}, f, instead)


def bit_cases(name, f):
    values = VALUES["int32"]
    # By other counts C does not say what a shift is.
    pairs = list(itertools.product(values, [0, 1, 7, 31] if "Shift" in name else values))
    yield case([np.array(column, "int32") for column in zip(*pairs)], {}, f)


def mixed_cases(f):
    """Promotion: operands of two dtypes."""
    for first, second in itertools.permutations(DTYPES, 2):
        x, y = zip(*itertools.product(VALUES[first], VALUES[second]))
        yield case([np.array(x, first), np.array(y, second)], {}, f)


def where_cases():
    for dtype in DTYPES:
        x, y = (np.array(column, dtype) for column in zip(*itertools.product(VALUES[dtype], repeat=2)))
        yield case([np.arange(x.size) % 3 == 0, x, y], {}, np.where)
        yield case([x, x, y], {}, np.where)  # NaN is true, -0 is not
        yield case([x[:0] == 0, x[:0], y[:0]], {}, np.where)


# Of rank 0 to 8; each entry's shapes broadcast together.
BROADCASTS = [
    [(), (), ()], [(1,), (), (3,)], [(0,), (1,), ()], [(3, 1), (2,), (1, 2)], [(0, 3), (3,), (1, 1)],
    [(2, 1, 3), (1, 2, 1), ()], [(2, 0, 3), (1, 1, 3), (3,)], [(2, 1, 3, 1), (3, 1, 2), (1, 1, 1, 2)],
    [(1, 2, 1, 3, 1), (2, 1, 3, 1, 2), (2, 1)], [(2, 1, 1, 3, 1, 2), (1, 3, 1, 2), (1, 2, 1, 1, 1, 1)],
    [(1, 2, 3, 1, 1, 2, 1), (3, 1, 2, 1, 2, 3), (2, 1, 3)], [(2, 1, 0, 1, 1, 2, 1), (1, 2, 1, 1, 3), (1,)],
    [(1, 2, 1, 3, 1, 2, 1, 1), (2, 1, 1, 1, 2, 1, 3, 2), (2, 1, 2)],
    [(2, 1, 2, 1, 2, 1, 2, 1), (1, 1, 1, 0, 1, 1, 1, 1), (2,)],
]  # fmt: skip


def filled(shape, dtype, values=None, start=0):
    values = VALUES[dtype] if values is None else values
    return np.array([values[(start + k) % len(values)] for k in range(int(np.prod(shape)))], dtype).reshape(shape)


def broadcast_cases(name, f):
    for dtype, shapes in itertools.product(DTYPES, BROADCASTS):
        x, y, z = (filled(shape, dtype, start=5 * k) for k, shape in enumerate(shapes))
        condition = filled(shapes[2], "bool")
        yield case({"exp": [x], "where": [condition, x, y]}.get(name, [x, y]), {}, f)


# --- Reductions -------------------------------------------------------------------------------------------------------

SHAPES = [
    (), (1,), (2,), (3,), (0,), (2, 3), (3, 1), (0, 3), (3, 0), (0, 0), (2, 1, 3), (2, 0, 3), (1, 2, 3, 2),
    (2, 3, 0, 1), (2, 1, 3, 1, 2), (1, 0, 2, 0, 3), (1, 2, 1, 2, 3, 1), (2, 1, 2, 1, 2, 1, 2), (1, 2, 1, 2, 1, 3, 1, 2),
    (1, 2, 0, 2, 1, 3, 1, 2), (37,), (9, 5),
]  # fmt: skip
# Sums and products of these are exact in float32 in whatever order they are taken.
CALM = [0.5, -1.0, 2.0, -0.0, 1.0, -0.5, -2.0]
NONZERO = [0.5, -1.0, 2.0, 1.0, -0.5, -2.0, 4.0]
WILD = [1.0, -0.0, INF, 0.5, -2.0, 0.0, NAN, -1.0, 2.0, -INF, 4.0]
LATE = [1.0, 2.0, -0.5, 0.5] * 8 + [-1.0, -2.0, 4.0, NAN, 0.5]
INFINITE = [0.5, -0.5, INF, 2.0, 1.0]
REDUCED = {
    "float64": [CALM, NONZERO, WILD, LATE, INFINITE, [-0.0], [NAN, 1.0], [-INF]],
    "float32": [CALM, NONZERO, WILD, LATE, INFINITE],
    "int32": [[3, -1, 2, 1, -2, 0, 1], [-(2**31), 2**31 - 1, 0, -1, 7]],
    "bool": [[False, True, True], [True], [False]],
}
WHOLE = {"sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min, "any": np.any, "all": np.all, "mean": np.mean}
SPREAD = {"var": np.var, "std": np.std}
ALONG_ONE = {"argmax": np.argmax, "argmin": np.argmin, "cumsum": np.cumsum, "cumprod": np.cumprod}


def axes_of(name, rank):
    yield None
    yield from range(rank)
    if rank > 0:
        yield -1
        yield rank  # there is none
    if name not in ALONG_ONE:
        yield ()
        if rank > 1:
            yield from [(0, rank - 1), (rank - 2, -1), tuple(range(rank))]


def reduced_arrays():
    for dtype in DTYPES:
        for values, shape in itertools.product(REDUCED[dtype], SHAPES):
            # The whole table is taken for the main sets of values, a few shapes for the others.
            if len(values) > 3 or dtype == "bool" and len(values) > 1 or len(shape) < 3:
                yield filled(shape, dtype, values, start=len(shape))


def reduction_cases(name, f):
    seen = set()
    for number_of_array, x in enumerate(reduced_arrays()):
        at = position(x)
        if at in seen:
            continue
        seen.add(at)
        if name in SPREAD and x.dtype == np.int32 and x.size and abs(x.astype(float)).max() > 7:
            continue  # cancellation: the order of the sum shows
        for k, axis in enumerate(axes_of(name, x.ndim)):
            kwargs = {"axis": list(axis) if isinstance(axis, tuple) else axis}
            if name not in ALONG_ONE and (number_of_array + k) % 2 == 1:
                kwargs["keepdims"] = True
            if name in SPREAD and k % 3 == 1:
                kwargs["ddof"] = 1
            passed = kwargs | {"axis": axis}
            made = case([x], kwargs, lambda a: f(a, **passed))
            if "instead" in made and name in ("sum", "prod", "cumsum", "cumprod"):
                made["instead"] = outcome(lambda: f(x, dtype=np.int32, **passed))  # wraps around
            elif "instead" in made and name in ("argmax", "argmin"):
                made["instead"] = made["expected"] | {"dtype": "int32"}
            yield made


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    functions = {}
    for name, f in (BINARY | UNARY).items():
        functions[name] = {"kind": "elementwise", "cases": list(elementwise_cases(name, f))}
    functions["where"] = {"kind": "elementwise", "cases": list(where_cases())}
    for name, f in {"add": np.add, "maximum": np.maximum, "where": np.where, "exp": np.exp}.items():
        functions[name]["cases"] += broadcast_cases(name, f)
    for name in ("add", "divide", "maximum", "less", "equal"):
        functions[name]["cases"] += mixed_cases(BINARY[name])
    for name, f in BITS.items():
        functions[name] = {"kind": "elementwise", "cases": list(bit_cases(name, f))}
    for name, f in (WHOLE | SPREAD | ALONG_ONE).items():
        functions[name] = {"kind": "reduction", "cases": list(reduction_cases(name, f))}
    text = json.dumps(
        {"numpy": np.__version__, "arrays": ARRAYS, "functions": functions}, allow_nan=False, separators=(",", ":")
    )
    path = pathlib.Path(__file__).with_name("numpy-values.json.gz")
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    counts = {name: len(f["cases"]) for name, f in functions.items()}
    print(f"{path.name}: {path.stat().st_size} bytes, {sum(counts.values())} cases, {len(ARRAYS)} arrays", counts)


if __name__ == "__main__":
    main()
