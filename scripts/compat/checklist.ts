/** Every name of MyGrad 2.3, and what it is called here; or why it is not. */

/** One name of MyGrad. */
export interface Entry {
  readonly name: string;
  /** Where it is here: an export, `Tensor.method`, `namespace.function`, or `type Name`; several where one became several. */
  readonly here: readonly string[];
  /** How it differs, or, where `here` is empty, why it does not exist. */
  readonly note: string;
}

export interface Section {
  readonly title: string;
  readonly entries: readonly Entry[];
}

const camel = (name: string): string => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());

/** Names that are spelled the same but for the case, in a namespace or at the top. */
const same = (names: string, at = ""): Entry[] =>
  names.split(" ").map((name) => ({ name, here: [`${at}${camel(name)}`], note: "" }));
const as = (name: string, here: string | readonly string[], note = ""): Entry => ({ name, here: [here].flat(), note });
/** Names that do not exist here, for one and the same reason. */
const absent = (names: string | readonly string[], reason: string): Entry[] =>
  (typeof names === "string" ? names.split(" ") : names).map((name) => ({ name, here: [], note: reason }));

const NO_NUMPY_PROTOCOL = "a protocol of NumPy's; there is no NumPy in JavaScript that could call it";
const NO_OPERATORS = "JavaScript has no operator overloading";

export const CHECKLIST: readonly Section[] = [
  {
    title: "Creation",
    entries: [
      as("Tensor(x)", "tensor"),
      ...same("tensor astensor"),
      as("asarray", "asarray", "gives a constant tensor; `x.dataSync()` gives the typed array"),
      ...same("empty ones zeros full eye identity empty_like ones_like zeros_like full_like"),
      ...same("arange linspace logspace geomspace"),
    ],
  },
  {
    title: "Ufuncs, with `{ out, where, dtype, constant }`",
    entries: [
      as("absolute", "absolute", "no `nan_to_num`: its gradient at 0 is 0"),
      ...same("positive negative reciprocal square sqrt cbrt exp exp2 expm1 log log2 log10 log1p"),
      ...same("sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh"),
      ...same("add subtract multiply divide power maximum minimum logaddexp logaddexp2 arctan2 matmul"),
      ...same("abs true_divide"),
      ...absent(
        "nin nout nargs ntypes types identity signature resolve_dtypes",
        "attributes of NumPy's ufunc objects; functions are plain functions, and `resultType` resolves dtypes",
      ),
      as("__name__", "ops", "the keys of `ops` are the names of the operations"),
      ...absent(
        "at accumulate outer reduce reduceat",
        "MyGrad raises NotImplementedError; see `addAt`, `cumsum`, `outer`, `sum`",
      ),
    ],
  },
  {
    title: "Other functions of mathematics",
    entries: [
      ...same("sinc cot csc sec arccot arccsc arcsec coth csch sech arccoth arccsch"),
      as("clip", ["clip", "Tensor.clip"]),
      ...same("add_sequence multiply_sequence multi_matmul"),
    ],
  },
  {
    title: "Reductions and scans",
    entries: [
      ...["sum", "mean", "max", "min", "prod", "var", "std", "cumsum", "cumprod"].map((n) => as(n, [n, `Tensor.${n}`])),
      ...same("amax amin"),
    ],
  },
  {
    title: "Linear algebra",
    entries: [...same("einsum"), as("linalg.norm", "norm", "no `nan_to_num`: the gradient at zeros is 0")],
  },
  {
    title: "Shapes and joining",
    entries: [
      ...["reshape", "ravel", "squeeze", "transpose", "moveaxis", "swapaxes"].map((n) => as(n, [n, `Tensor.${n}`])),
      as("expand_dims", ["expandDims", "Tensor.expandDims"]),
      as("broadcast_to", ["broadcastTo", "Tensor.broadcastTo"]),
      ...["1d", "2d", "3d"].map((n) => as(`atleast_${n}`, `atleast${n}`)),
      as("Tensor.T", "Tensor.T"),
      as("Tensor.flatten", ["Tensor.flatten", "flatten"]),
      ...same("roll repeat concatenate stack"),
      as("sliding_window_view", "slidingWindowView", "a view that gradients flow through"),
    ],
  },
  {
    title: "Indexing",
    entries: [
      as("x[index]", "Tensor.get"),
      as("x[index] = v", "Tensor.set_"),
      as("slice", "slice", 'also written as text: `"1:-1"`'),
      ...same("newaxis"),
      as("Ellipsis", "ellipsis", 'also written as text: `"..."`'),
      as("where", "where"),
    ],
  },
  {
    title: "Neural networks: activations and losses",
    entries: [
      ...same("elu glu hard_tanh leaky_relu relu selu sigmoid softmax soft_sign tanh"),
      as("logsoftmax", "logSoftmax"),
      ...same("softmax_crossentropy negative_log_likelihood multiclass_hinge margin_ranking_loss focal_loss"),
      ...same("softmax_focal_loss"),
    ],
  },
  {
    title: "Neural networks: layers and initializers",
    entries: [
      ...same("batchnorm conv_nd max_pool gru"),
      ...same(
        "constant dirac glorot_normal glorot_uniform he_normal he_uniform identity normal uniform",
        "initializers.",
      ),
    ],
  },
  {
    title: "Random numbers",
    entries: [
      ...same("rand randn randint random random_sample ranf sample", "random.").map((entry) => ({
        ...entry,
        note: "other numbers than NumPy's: they come from a counter, the same on every backend",
      })),
      ...same("seed", "random."),
    ],
  },
  {
    title: "Files, constants, dtypes",
    entries: [
      as("save", "save", "gives the bytes of an `.npz`; the caller stores them"),
      as("load", "load"),
      ...same("e euler_gamma inf nan pi"),
      as("bool_", "type DType", '`"bool"`'),
      as("int32", "type DType", '`"int32"`'),
      as("float32, single", "type DType", '`"float32"`'),
      as("float64, double", "type DType", '`"float64"`'),
      ...absent(
        "int8 int16 int64 uint8 uint16 uint32 uint64 intp uintp float16 half longdouble",
        "there are four dtypes: those that WebAssembly computes in",
      ),
    ],
  },
  {
    title: "Functions without gradients",
    entries: [
      ...same("isnan isfinite isinf signbit logical_not logical_and logical_or logical_xor"),
      ...same("greater greater_equal less less_equal equal not_equal"),
      ...[
        ["==", "eq"],
        ["!=", "ne"],
        ["<", "lt"],
        ["<=", "le"],
        [">", "gt"],
        [">=", "ge"],
      ].map(([operator, method]) => as(`x ${operator} y`, `Tensor.${method}`, NO_OPERATORS)),
      ...absent("isnat", "there are no dates"),
      ...same("floor_divide rint sign floor ceil trunc").map((entry) => ({
        ...entry,
        note: "any operand; its gradient is 0",
      })),
      ...same("remainder mod fmod divmod").map((entry) => ({ ...entry, note: "any operand, and differentiable" })),
      as("x // y", "Tensor.floorDivide", NO_OPERATORS),
      ...["any", "argmax", "argmin"].map((n) => as(n, [n, `Tensor.${n}`])),
      ...same("allclose bincount can_cast isclose may_share_memory min_scalar_type result_type shares_memory shape"),
      as("copyto", "copyto", "gradients flow, as through any write"),
    ],
  },
  {
    title: "Tensors",
    entries: [
      as("data", ["Tensor.dataSync", "Tensor.data"], "a copy: see the memory guard below"),
      ...same("dtype shape size ndim grad base constant", "Tensor."),
      as("creator", "Tensor.creator", "the name of the operation"),
      ...same("astype backward clear_graph copy item null_grad", "Tensor."),
      ...absent("null_gradients", "deprecated in MyGrad: `nullGrad`"),
      as("x + y, y + x", "Tensor.add", NO_OPERATORS),
      as("x - y", "Tensor.sub"),
      as("x * y", "Tensor.mul"),
      as("x / y", "Tensor.div"),
      as("x ** y", "Tensor.pow"),
      as("x @ y", "Tensor.matmul"),
      as("+x", "Tensor.pos"),
      as("-x", "Tensor.neg"),
      as("x += y", "Tensor.add_", "a trailing underscore writes in place"),
      as("x -= y", "Tensor.sub_"),
      as("x *= y", "Tensor.mul_"),
      as("x /= y", "Tensor.div_"),
      as("x **= y", "Tensor.pow_"),
      ...absent(["x @= y"], "MyGrad raises TypeError"),
      as("v in x", "Tensor.contains"),
      as("len(x)", "Tensor.length"),
      as("iter(x)", "Tensor.[Symbol.iterator]"),
      as("float(x), int(x), __index__", "Tensor.[Symbol.toPrimitive]", "`Number(x)`"),
      as("copy.copy(x)", "copy"),
      ...absent(["hash(x)"], "MyGrad raises TypeError; a tensor can be the key of a `Map`, by identity"),
      ...absent(["__array_priority__", "__array_ufunc__", "__array_function__"], NO_NUMPY_PROTOCOL),
    ],
  },
  {
    title: "Graph, guards, extension, types, errors",
    entries: [
      as("no_autodiff", "noAutodiff", "takes a function; no `to_numpy`: `dataSync()` does that"),
      ...absent(
        "mem_guard_off mem_guard_on turn_memory_guarding_on turn_memory_guarding_off mem_guard_active MYGRAD_MEM_GUARD",
        "nothing to guard: data is copied in and out, and writes through tensors are recorded",
      ),
      as("computational_graph.build_graph", "buildGraph", "gives SVG"),
      as("operation_base.Operation", "defineOp"),
      as("Operation.__call__", "type OpDefinition", "`forward`"),
      as("Operation.backward_var", "type OpDefinition", "`backward`, for all operands at once"),
      ...absent("can_return_view", "only the library's own views share memory"),
      ...absent(
        "Ufunc UnaryUfunc BinaryUfunc Sequential",
        "`defineOp` composes, and its results broadcast; no class is needed",
      ),
      as("execute_op", "defineOp", "the function that it returns"),
      as("ufunc_creator", "defineOp"),
      ...absent("implements_numpy_override", NO_NUMPY_PROTOCOL),
      as("SkipGradient", "type OpDefinition", "`backward` gives null for the operand"),
      as("typing.ArrayLike", "type TensorLike"),
      as("typing.DTypeLike, DTypeLikeReals", "type DType"),
      as("typing.Index", "type Index"),
      as("typing.Mask", "type IndexArray"),
      as("typing.Real", "type TensorLike", "`number`"),
      as("typing.Shape", "type Shape"),
      as("errors.MyGradException", "GradloomError"),
      as("errors.InvalidGradient", "InvalidGradientError"),
      as("errors.InvalidBackprop", "InvalidBackpropError"),
      ...absent(["errors.DisconnectedView"], "a view stays a view of its base: nothing disconnects it"),
    ],
  },
];
