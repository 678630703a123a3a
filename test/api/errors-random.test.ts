import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  type BackendName,
  DTypeError,
  GradloomError,
  initializers,
  ones,
  random,
  ShapeError,
  setBackend,
  tensor,
} from "../../src/index.ts";
import { messages, odd, refusedWrites, thrownBy, type Wrong, type WrongWrite } from "../support/failures.ts";

const shapes = (): Wrong[] => [
  ["random", () => random.random([-1]), ShapeError],
  ["randomSample", () => random.randomSample(0.5), ShapeError],
  ["ranf", () => random.ranf(odd("2")), ShapeError],
  ["sample", () => random.sample([2 ** 16, 2 ** 16]), ShapeError],
  ["rand", () => random.rand(2, -1), ShapeError],
  ["rand of a list", () => random.rand(odd([2, 3])), ShapeError],
  ["randn", () => random.randn(0.5), ShapeError],
  ["standardNormal", () => random.standardNormal([2, Number.NaN]), ShapeError],
  ["normal", () => random.normal(0, 1, -1), ShapeError],
  ["normal, parameters that do not broadcast", () => random.normal([1, 2], [1, 2, 3]), ShapeError],
  ["normal, a shape that the parameters do not fit", () => random.normal([1, 2], 1, [3]), ShapeError],
  ["uniform", () => random.uniform(0, 1, [-1]), ShapeError],
  ["uniform, bounds that do not broadcast", () => random.uniform([1, 2], [1, 2, 3]), ShapeError],
  ["exponential", () => random.exponential(1, -1), ShapeError],
  ["gumbel", () => random.gumbel(0, 1, -1), ShapeError],
  ["laplace", () => random.laplace(0, [1, 2], [3]), ShapeError],
  ["logistic", () => random.logistic(0, 1, [1.5]), ShapeError],
  ["randint", () => random.randint(0, 5, -1), ShapeError],
  ["bits", () => random.bits(-1), ShapeError],
  ["bernoulli", () => random.bernoulli(0.5, -1), ShapeError],
  ["bernoulli, a shape that p does not fit", () => random.bernoulli([0.5, 0.5], [3]), ShapeError],
  ["categorical of a scalar", () => random.categorical(1), gl.IndexError],
  ["categorical, axis", () => random.categorical(ones(2), { axis: 1 }), gl.IndexError],
  ["categorical of nothing", () => random.categorical([]), ShapeError],
  ["permutation of a scalar", () => random.permutation(tensor(1)), ShapeError],
  ["choice", () => random.choice(5, -1), ShapeError],
  ["choice from a matrix", () => random.choice(ones([2, 2])), ShapeError],
  ["choice, p of another length", () => random.choice(3, 1, { p: [0.5, 0.5] }), ShapeError],
  ["choice, p of a matrix", () => random.choice(1, 1, { p: [[1]] }), ShapeError],
];

const values = (): Wrong[] => [
  ["normal of a string", () => random.normal(odd("0")), DTypeError],
  ["normal, a negative scale", () => random.normal(0, -1), GradloomError],
  ["exponential, a negative scale", () => random.exponential(-1), GradloomError],
  ["uniform of a string", () => random.uniform(odd("0")), DTypeError],
  ["uniform, dtype", () => random.uniform(0, 1, 2, { dtype: "int32" }), DTypeError],
  ["random, dtype", () => random.random(2, { dtype: "bool" }), DTypeError],
  ["random, an unknown dtype", () => random.random(2, { dtype: odd("float16") }), DTypeError],
  ["random, constant", () => random.random(2, { constant: odd("yes") }), DTypeError],
  ["random, key of a number", () => random.random(2, { key: odd(1) }), GradloomError],
  ["sample, an unknown option", () => random.sample(2, odd({ seed: 1 })), GradloomError],
  ["randint of nothing", () => random.randint(0), GradloomError],
  ["randint, low above high", () => random.randint(5, 2), GradloomError],
  ["randint of a fraction", () => random.randint(0, 2.5), GradloomError],
  ["randint beyond int32", () => random.randint(0, 2 ** 32), GradloomError],
  ["randint of a string", () => random.randint(odd("5")), GradloomError],
  ["randint, an unknown dtype", () => random.randint(5, null, 2, { dtype: odd("int64") }), DTypeError],
  ["randint, constant false", () => random.randint(5, null, 2, { constant: false }), DTypeError],
  ["bernoulli above 1", () => random.bernoulli(1.5), GradloomError],
  ["bernoulli below 0", () => random.bernoulli([0.5, -0.5]), GradloomError],
  ["bernoulli of NaN", () => random.bernoulli(Number.NaN), GradloomError],
  ["permutation of -1", () => random.permutation(-1), GradloomError],
  ["permutation of a fraction", () => random.permutation(1.5), GradloomError],
  ["choice from -1", () => random.choice(-1), GradloomError],
  ["choice from nothing", () => random.choice([], 1), GradloomError],
  ["choice of too many", () => random.choice(3, 4, { replace: false }), GradloomError],
  ["choice of more than are likely", () => random.choice(3, 3, { replace: false, p: [0.5, 0.5, 0] }), GradloomError],
  ["choice, p that does not sum to 1", () => random.choice(2, 1, { p: [0.5, 0.6] }), GradloomError],
  ["choice, p below 0", () => random.choice(2, 1, { p: [1.5, -0.5] }), GradloomError],
  ["choice, p of NaN", () => random.choice(2, 1, { p: [Number.NaN, 1] }), GradloomError],
  ["choice, an unknown option", () => random.choice(2, 1, odd({ size: 1 })), GradloomError],
  ["shuffle of a list", () => random.shuffle(odd([1, 2])), DTypeError],
  ["shuffle of a scalar", () => random.shuffle(tensor(1)), ShapeError],
  ["key of a negative number", () => random.key(-1), GradloomError],
  ["key of a fraction", () => random.key(0.5), GradloomError],
  ["seed of a string", () => random.seed(odd("7")), GradloomError],
  ["seed beyond 2 ** 53", () => random.seed(2 ** 53), GradloomError],
  ["split of a number", () => random.split(odd(7)), GradloomError],
  ["split into -1", () => random.split(random.key(1), -1), GradloomError],
  ["foldIn of a fraction", () => random.foldIn(random.key(1), 0.5), GradloomError],
  ["foldIn of no key", () => random.foldIn(odd(1), 1), GradloomError],
];

describe.each<BackendName>(["wasm", "reference"])("errors of random numbers on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("name shapes", async () => {
    expect(await messages(shapes())).toMatchInlineSnapshot(`
      "
      random → ShapeError: random.random: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      randomSample → ShapeError: random.randomSample: 0.5 in shape (0.5,) is no length; lengths are whole numbers from 0
      ranf → ShapeError: random.ranf: the shape is "2"; pass a list of lengths, such as [2, 3]
      sample → ShapeError: random.sample: shape (65536, 65536) has more than 2 ** 31 - 1 elements; make several arrays
      rand → ShapeError: random.rand: -1 in shape (2, -1) is no length; lengths are whole numbers from 0
      rand of a list → ShapeError: random.rand: a list in shape (a list,) is no length; lengths are whole numbers from 0
      randn → ShapeError: random.randn: 0.5 in shape (0.5,) is no length; lengths are whole numbers from 0
      standardNormal → ShapeError: random.standardNormal: NaN in shape (2, NaN) is no length; lengths are whole numbers from 0
      normal → ShapeError: random.normal: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      normal, parameters that do not broadcast → ShapeError: random.normal: shapes (2,) and (3,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      normal, a shape that the parameters do not fit → ShapeError: random.normal: parameters of shape (2,) do not broadcast to (3,); leave the shape out, or make it larger
      uniform → ShapeError: random.uniform: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      uniform, bounds that do not broadcast → ShapeError: random.uniform: shapes (3,) and (2,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis
      exponential → ShapeError: random.exponential: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      gumbel → ShapeError: random.gumbel: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      laplace → ShapeError: random.laplace: parameters of shape (2,) do not broadcast to (3,); leave the shape out, or make it larger
      logistic → ShapeError: random.logistic: 1.5 in shape (1.5,) is no length; lengths are whole numbers from 0
      randint → ShapeError: random.randint: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      bits → ShapeError: random.bits: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      bernoulli → ShapeError: random.bernoulli: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      bernoulli, a shape that p does not fit → ShapeError: random.bernoulli: shape (2,) does not broadcast to (3,); axes counted from the last must be equal, or 1 in the operand
      categorical of a scalar → IndexError: random.categorical: axis -1 is out of bounds for 0 dimensions; a scalar has none
      categorical, axis → IndexError: random.categorical: axis 1 is out of bounds for 1 dimension; axes are -1 to 0
      categorical of nothing → ShapeError: random.categorical: axis 0 of shape (0,) is empty; give logits
      permutation of a scalar → ShapeError: random.permutation: a scalar array has nothing to permute; pass a list
      choice → ShapeError: random.choice: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      choice from a matrix → ShapeError: random.choice: chooses from one axis, not from shape (2, 2); use ravel(), or choose positions
      choice, p of another length → ShapeError: random.choice: p has shape (2,) for 3 elements; it must be (3,), one probability for each
      choice, p of a matrix → ShapeError: random.choice: p has shape (1, 1) for 1 elements; it must be (1,), one probability for each
      "
    `);
  });

  it("name values and options", async () => {
    expect(await messages(values())).toMatchInlineSnapshot(`
      "
      normal of a string → DTypeError: random.normal: cannot make an array element of the string "0": convert it with Number()
      normal, a negative scale → GradloomError: random.normal: the scale is -1; it is a number from 0
      exponential, a negative scale → GradloomError: random.exponential: the scale is -1; it is a number from 0
      uniform of a string → DTypeError: random.uniform: cannot make an array element of the string "0": convert it with Number()
      uniform, dtype → DTypeError: random.uniform: gives floats, not int32; use randint or bernoulli, or astype
      random, dtype → DTypeError: random.random: gives floats, not bool; use randint or bernoulli, or astype
      random, an unknown dtype → DTypeError: random.random: unknown dtype "float16"; there are bool, int32, float32, float64
      random, constant → DTypeError: random.random: constant must be true or false, not "yes"; leave it out for the default
      random, key of a number → GradloomError: random.random: the key is 1; make one with random.key(seed)
      sample, an unknown option → GradloomError: random.sample: there is no option "seed"; there are key, dtype, constant
      randint of nothing → GradloomError: random.randint: from 0 to less than 0; give whole numbers of int32, the second larger than the first
      randint, low above high → GradloomError: random.randint: from 5 to less than 2; give whole numbers of int32, the second larger than the first
      randint of a fraction → GradloomError: random.randint: from 0 to less than 2.5; give whole numbers of int32, the second larger than the first
      randint beyond int32 → GradloomError: random.randint: from 0 to less than 4294967296; give whole numbers of int32, the second larger than the first
      randint of a string → GradloomError: random.randint: from 0 to less than "5"; give whole numbers of int32, the second larger than the first
      randint, an unknown dtype → DTypeError: random.randint: unknown dtype "int64"; there are bool, int32, float32, float64
      randint, constant false → DTypeError: random.randint: int32 tensors are constants: leave constant out, or ask for floats with dtype "float32"
      bernoulli above 1 → GradloomError: random.bernoulli: 1.5 is no probability; probabilities are from 0 to 1
      bernoulli below 0 → GradloomError: random.bernoulli: -0.5 is no probability; probabilities are from 0 to 1
      bernoulli of NaN → GradloomError: random.bernoulli: NaN is no probability; probabilities are from 0 to 1
      permutation of -1 → GradloomError: random.permutation: -1 is no number of elements; give a whole number from 0, or an array
      permutation of a fraction → GradloomError: random.permutation: 1.5 is no number of elements; give a whole number from 0, or an array
      choice from -1 → GradloomError: random.choice: -1 is no number of elements; give a whole number of int32 from 0, or an array
      choice from nothing → GradloomError: random.choice: cannot choose 1 of 0 elements; pass some
      choice of too many → GradloomError: random.choice: cannot choose 4 of 3 elements without replacement; choose fewer
      choice of more than are likely → GradloomError: random.choice: cannot choose 3 of 3 elements, 2 of them with a probability above 0, without replacement; choose fewer
      choice, p that does not sum to 1 → GradloomError: random.choice: p sums to 1.100000023841858, not to 1; divide it by its sum
      choice, p below 0 → GradloomError: random.choice: p has -0.5, which is no probability; probabilities are from 0 to 1
      choice, p of NaN → GradloomError: random.choice: p has NaN, which is no probability; probabilities are from 0 to 1
      choice, an unknown option → GradloomError: random.choice: there is no option "size"; there are key, dtype, constant, replace, p
      shuffle of a list → DTypeError: random.shuffle: a list is no tensor, which is written in place; use permutation
      shuffle of a scalar → ShapeError: random.shuffle: a scalar array has nothing to permute; pass a list
      key of a negative number → GradloomError: random.key: -1 is no seed; pass a whole number from 0 to 2 ** 53 - 1
      key of a fraction → GradloomError: random.key: 0.5 is no seed; pass a whole number from 0 to 2 ** 53 - 1
      seed of a string → GradloomError: random.seed: "7" is no seed; pass a whole number from 0 to 2 ** 53 - 1
      seed beyond 2 ** 53 → GradloomError: random.seed: 9007199254740992 is no seed; pass a whole number from 0 to 2 ** 53 - 1
      split of a number → GradloomError: random.split: 7 is no key; make one with random.key(seed)
      split into -1 → GradloomError: random.split: -1 is no number of keys; pass a whole number from 0 to 1048576
      foldIn of a fraction → GradloomError: random.foldIn: 0.5 is no whole number; pass one, such as the number of a step
      foldIn of no key → GradloomError: random.foldIn: 1 is no key; make one with random.key(seed)
      "
    `);
  });

  it("leave the global generator as it was", async () => {
    random.seed(7);
    const expected = random.random(3).tolist();
    for (const [name, act] of [...shapes(), ...values()]) {
      random.seed(7);
      expect(await thrownBy(act), name).toBeInstanceOf(GradloomError);
      expect(random.random(3).tolist(), name).toEqual(expected);
    }
  });

  it("name what initializers cannot make", async () => {
    const wrong: Wrong[] = [
      ["constant", () => initializers.constant([-1]), ShapeError],
      ["constant, value", () => initializers.constant([1], odd("1")), DTypeError],
      ["constant, dtype", () => initializers.constant([1], 1, { dtype: odd("float16") }), DTypeError],
      ["identity", () => initializers.identity(-1), ShapeError],
      ["identity, an unknown option", () => initializers.identity(2, odd({ gain: 2 })), GradloomError],
      ["dirac of a matrix", () => initializers.dirac([2, 2]), ShapeError],
      ["dirac of a string", () => initializers.dirac(odd("222")), ShapeError],
      ["normal", () => initializers.normal([-1]), ShapeError],
      ["normal, deviation", () => initializers.normal([1], 0, -1), GradloomError],
      ["uniform", () => initializers.uniform(odd("2")), ShapeError],
      ["uniform, key", () => initializers.uniform([2], 0, 1, { key: odd(7) }), GradloomError],
      ["glorotNormal of a vector", () => initializers.glorotNormal([3]), ShapeError],
      ["glorotNormal, gain", () => initializers.glorotNormal([3, 3], { gain: odd("relu") }), GradloomError],
      ["glorotUniform of a vector with one fan", () => initializers.glorotUniform([3], { fanIn: 3 }), ShapeError],
      ["glorotUniform, dtype", () => initializers.glorotUniform([3, 3], { dtype: "int32" }), DTypeError],
      ["heNormal of a scalar", () => initializers.heNormal([]), ShapeError],
      ["heNormal, fanIn", () => initializers.heNormal([3, 3], { fanIn: -1 }), GradloomError],
      ["heUniform", () => initializers.heUniform([3, 0.5]), ShapeError],
      ["heUniform, an unknown option", () => initializers.heUniform([3, 3], odd({ mode: "fanIn" })), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      constant → ShapeError: initializers.constant: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      constant, value → DTypeError: initializers.constant: the value is "1"; pass a number or a boolean
      constant, dtype → DTypeError: initializers.constant: unknown dtype "float16"; there are bool, int32, float32, float64
      identity → ShapeError: initializers.identity: -1 rows and -1 columns are no lengths; give whole numbers from 0
      identity, an unknown option → GradloomError: initializers.identity: there is no option "gain"; there are dtype, key, constant
      dirac of a matrix → ShapeError: initializers.dirac: shape (2, 2) is that of no filters; give (F, C, …)
      dirac of a string → ShapeError: initializers.dirac: the shape is "222"; pass a list of lengths, such as [2, 3]
      normal → ShapeError: initializers.normal: -1 in shape (-1,) is no length; lengths are whole numbers from 0
      normal, deviation → GradloomError: initializers.normal: the scale is -1; it is a number from 0
      uniform → ShapeError: initializers.uniform: the shape is "2"; pass a list of lengths, such as [2, 3]
      uniform, key → GradloomError: initializers.uniform: the key is 7; make one with random.key(seed)
      glorotNormal of a vector → ShapeError: initializers.glorotNormal: shape (3,) has no fans; it needs two axes at least, or fanIn and fanOut
      glorotNormal, gain → GradloomError: initializers.glorotNormal: gain is "relu"; it must be a number above 0
      glorotUniform of a vector with one fan → ShapeError: initializers.glorotUniform: shape (3,) has no fans; it needs two axes at least, or fanIn and fanOut
      glorotUniform, dtype → DTypeError: initializers.glorotUniform: gives floats, not int32; use randint or bernoulli, or astype
      heNormal of a scalar → ShapeError: initializers.heNormal: shape () has no fans; it needs two axes at least, or fanIn and fanOut
      heNormal, fanIn → GradloomError: initializers.heNormal: fanIn is -1; it must be a number above 0
      heUniform → ShapeError: initializers.heUniform: 0.5 in shape (3, 0.5) is no length; lengths are whole numbers from 0
      heUniform, an unknown option → GradloomError: initializers.heUniform: there is no option "mode"; there are dtype, key, constant, gain, fanIn, fanOut
      "
    `);
  });

  it("leave what cannot be shuffled", async () => {
    const wrong: WrongWrite[] = [
      ["a broadcast view", () => tensor([1, 2]).broadcastTo([2, 2]), (t) => random.shuffle(t), ShapeError],
      ["an unknown option", () => tensor([1, 2]), (t) => random.shuffle(t, odd({ axis: 0 })), GradloomError],
    ];
    expect(await refusedWrites(wrong)).toMatchInlineSnapshot(`
      "
      a broadcast view → ShapeError: random.shuffle: this view of shape (2, 2) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()
      an unknown option → GradloomError: random.shuffle: there is no option "axis"; there are key, dtype, constant
      "
    `);
  });
});
