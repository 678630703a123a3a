import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  arange,
  type BackendName,
  DTypeError,
  GradloomError,
  IndexError,
  ones,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { call, messages, odd, type Wrong } from "../support/failures.ts";

describe.each<BackendName>(["wasm", "reference"])("errors of neural networks on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  const x = ones([2, 3]);

  it("of activations", async () => {
    const wrong: Wrong[] = [
      ["softmax, axis", () => gl.softmax(x, 2), IndexError],
      ["softmax, an axis twice", () => gl.softmax(x, [0, -2]), IndexError],
      ["softmax, options", () => gl.softmax(x, odd({ axis: 1 })), IndexError],
      ["logSoftmax, axis", () => gl.logSoftmax(x, -3), IndexError],
      ["relu of a string", () => gl.relu(odd("1")), DTypeError],
      ["relu6()", () => call(gl.relu6), DTypeError],
      ["leakyRelu, slope", () => gl.leakyRelu(x, odd("0.1")), GradloomError],
      ["elu, alpha", () => gl.elu(x, odd(null)), GradloomError],
      ["selu of null", () => gl.selu(odd(null)), DTypeError],
      ["hardTanh, bounds", () => gl.hardTanh(x, 0, odd("1")), GradloomError],
      ["hardSigmoid of a ragged list", () => gl.hardSigmoid([[1], [2, 3]]), ShapeError],
      ["softplus()", () => call(gl.softplus), DTypeError],
      ["mish()", () => call(gl.mish), DTypeError],
      ["glu of an odd axis", () => gl.glu(x), ShapeError],
      ["glu, axis", () => gl.glu(x, 2), IndexError],
      ["glu of a scalar", () => gl.glu(1), IndexError],
      ["gelu, an unknown option", () => gl.gelu(x, odd({ exact: true })), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      softmax, axis → IndexError: softmax: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      softmax, an axis twice → IndexError: softmax: axis 0 is named twice; name each axis once
      softmax, options → IndexError: softmax: an object is no axis; axes are whole numbers
      logSoftmax, axis → IndexError: logSoftmax: axis -3 is out of bounds for 2 dimensions; axes are -2 to 1
      relu of a string → DTypeError: relu: cannot make an array element of the string "1": convert it with Number()
      relu6() → DTypeError: relu6: cannot make an array element of undefined: elements are numbers or booleans
      leakyRelu, slope → GradloomError: leakyRelu: the slope is "0.1"; it must be a number
      elu, alpha → GradloomError: elu: alpha is null; it must be a number
      selu of null → DTypeError: selu: cannot make an array element of null: elements are numbers or booleans
      hardTanh, bounds → GradloomError: hardTanh: the upper bound is "1"; it must be a number
      hardSigmoid of a ragged list → ShapeError: hardSigmoid: ragged nested list: value[1] is a list of length 2, but value[0] is a list of length 1; lists at one depth need one length
      softplus() → DTypeError: softplus: cannot make an array element of undefined: elements are numbers or booleans
      mish() → DTypeError: mish: cannot make an array element of undefined: elements are numbers or booleans
      glu of an odd axis → ShapeError: glu: axis 1 of shape (2, 3) has the odd length 3; its halves are the values and their gates, so it must be even
      glu, axis → IndexError: glu: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      glu of a scalar → IndexError: glu: axis -1 is out of bounds for 0 dimensions; a scalar has none
      gelu, an unknown option → GradloomError: gelu: there is no option "exact"; there is approximate
      "
    `);
  });

  it("of losses", async () => {
    const labels = tensor([0, 1], "int32");
    const losses: { readonly [name: string]: (x: Tensor, y: never) => Tensor } = {
      softmaxCrossentropy: gl.softmaxCrossentropy,
      negativeLogLikelihood: gl.negativeLogLikelihood,
      multiclassHinge: gl.multiclassHinge,
      focalLoss: gl.focalLoss,
      softmaxFocalLoss: gl.softmaxFocalLoss,
    };
    const wrong: Wrong[] = [
      ...Object.entries(losses).flatMap(([name, loss]): Wrong[] => [
        [`${name}, x of one axis`, () => loss(ones(3), odd([0, 1, 2])), ShapeError],
        [`${name}, x of three axes`, () => loss(ones([2, 2, 2]), odd([0, 1])), ShapeError],
        [`${name}, labels of floats`, () => loss(x, odd(ones(2))), DTypeError],
        [`${name}, labels of fractions`, () => loss(x, odd([0, 0.5])), DTypeError],
        [`${name}, labels of booleans`, () => loss(x, odd([true, false])), DTypeError],
        [`${name}, labels of a Float32Array`, () => loss(x, odd(new Float32Array(2))), DTypeError],
        [`${name}, too few labels`, () => loss(x, odd([0])), ShapeError],
        [`${name}, labels of two axes`, () => loss(x, odd([[0], [1]])), ShapeError],
        [`${name}, a label too large`, () => loss(x, odd([0, 3])), IndexError],
        [`${name}, a label below 0`, () => loss(x, odd([-1, 0])), IndexError],
        [`${name}, no labels`, () => loss(x, odd(undefined)), DTypeError],
      ]),
      ["negativeLogLikelihood, weights", () => gl.negativeLogLikelihood(x, labels, { weights: [1, 2] }), ShapeError],
      [
        "negativeLogLikelihood, weights of a string",
        () => gl.negativeLogLikelihood(x, labels, { weights: odd("1") }),
        DTypeError,
      ],
      ["multiclassHinge, hinge", () => gl.multiclassHinge(x, labels, odd("1")), GradloomError],
      ["focalLoss, gamma below 0", () => gl.focalLoss(x, labels, { gamma: -1 }), GradloomError],
      ["softmaxFocalLoss, alpha", () => gl.softmaxFocalLoss(x, labels, { alpha: odd("1") }), GradloomError],
      ["softmaxFocalLoss, an unknown option", () => gl.softmaxFocalLoss(x, labels, odd({ beta: 1 })), GradloomError],
      ["marginRankingLoss, shapes", () => gl.marginRankingLoss(x, ones(3), 1, 1), ShapeError],
      ["marginRankingLoss, three axes", () => gl.marginRankingLoss(ones([1, 1, 1]), ones([1, 1, 1]), 1, 1), ShapeError],
      ["marginRankingLoss of integers", () => gl.marginRankingLoss(labels, labels, 1, 1), DTypeError],
      ["marginRankingLoss, y", () => gl.marginRankingLoss(x, x, [1, 1, 1], 1), ShapeError],
      ["marginRankingLoss, margin below 0", () => gl.marginRankingLoss(x, x, 1, -1), GradloomError],
      ["marginRankingLoss without a margin", () => call(gl.marginRankingLoss, x, x, 1), GradloomError],
      ["mseLoss", () => gl.mseLoss(x, ones(3)), ShapeError],
      ["binaryCrossentropyWithLogits", () => gl.binaryCrossentropyWithLogits(x, ones([2, 1])), ShapeError],
      ["huberLoss", () => gl.huberLoss(x, 0), ShapeError],
      ["huberLoss, delta 0", () => gl.huberLoss(x, x, { delta: 0 }), GradloomError],
      ["smoothL1Loss", () => gl.smoothL1Loss(x, 0), ShapeError],
      ["smoothL1Loss, beta below 0", () => gl.smoothL1Loss(x, x, { beta: -1 }), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      softmaxCrossentropy, x of one axis → ShapeError: softmaxCrossentropy: x has shape (3,); it must be (N, C), a row of C scores for each of N samples: reshape it
      softmaxCrossentropy, x of three axes → ShapeError: softmaxCrossentropy: x has shape (2, 2, 2); it must be (N, C), a row of C scores for each of N samples: reshape it
      softmaxCrossentropy, labels of floats → DTypeError: softmaxCrossentropy: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxCrossentropy, labels of fractions → DTypeError: softmaxCrossentropy: the labels are no integers that int32 holds; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxCrossentropy, labels of booleans → DTypeError: softmaxCrossentropy: the labels are bool; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxCrossentropy, labels of a Float32Array → DTypeError: softmaxCrossentropy: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxCrossentropy, too few labels → ShapeError: softmaxCrossentropy: labels of shape (1,) for x of shape (2, 3); they must have shape (2,), one for each row of x
      softmaxCrossentropy, labels of two axes → ShapeError: softmaxCrossentropy: labels of shape (2, 1) for x of shape (2, 3); they must have shape (2,), one for each row of x
      softmaxCrossentropy, a label too large → IndexError: softmaxCrossentropy: label 3 at position 1 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      softmaxCrossentropy, a label below 0 → IndexError: softmaxCrossentropy: label -1 at position 0 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      softmaxCrossentropy, no labels → DTypeError: softmaxCrossentropy: cannot make an array element of undefined: elements are numbers or booleans
      negativeLogLikelihood, x of one axis → ShapeError: negativeLogLikelihood: x has shape (3,); it must be (N, C), a row of C scores for each of N samples: reshape it
      negativeLogLikelihood, x of three axes → ShapeError: negativeLogLikelihood: x has shape (2, 2, 2); it must be (N, C), a row of C scores for each of N samples: reshape it
      negativeLogLikelihood, labels of floats → DTypeError: negativeLogLikelihood: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      negativeLogLikelihood, labels of fractions → DTypeError: negativeLogLikelihood: the labels are no integers that int32 holds; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      negativeLogLikelihood, labels of booleans → DTypeError: negativeLogLikelihood: the labels are bool; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      negativeLogLikelihood, labels of a Float32Array → DTypeError: negativeLogLikelihood: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      negativeLogLikelihood, too few labels → ShapeError: negativeLogLikelihood: labels of shape (1,) for x of shape (2, 3); they must have shape (2,), one for each row of x
      negativeLogLikelihood, labels of two axes → ShapeError: negativeLogLikelihood: labels of shape (2, 1) for x of shape (2, 3); they must have shape (2,), one for each row of x
      negativeLogLikelihood, a label too large → IndexError: negativeLogLikelihood: label 3 at position 1 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      negativeLogLikelihood, a label below 0 → IndexError: negativeLogLikelihood: label -1 at position 0 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      negativeLogLikelihood, no labels → DTypeError: negativeLogLikelihood: cannot make an array element of undefined: elements are numbers or booleans
      multiclassHinge, x of one axis → ShapeError: multiclassHinge: x has shape (3,); it must be (N, C), a row of C scores for each of N samples: reshape it
      multiclassHinge, x of three axes → ShapeError: multiclassHinge: x has shape (2, 2, 2); it must be (N, C), a row of C scores for each of N samples: reshape it
      multiclassHinge, labels of floats → DTypeError: multiclassHinge: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      multiclassHinge, labels of fractions → DTypeError: multiclassHinge: the labels are no integers that int32 holds; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      multiclassHinge, labels of booleans → DTypeError: multiclassHinge: the labels are bool; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      multiclassHinge, labels of a Float32Array → DTypeError: multiclassHinge: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      multiclassHinge, too few labels → ShapeError: multiclassHinge: labels of shape (1,) for x of shape (2, 3); they must have shape (2,), one for each row of x
      multiclassHinge, labels of two axes → ShapeError: multiclassHinge: labels of shape (2, 1) for x of shape (2, 3); they must have shape (2,), one for each row of x
      multiclassHinge, a label too large → IndexError: multiclassHinge: label 3 at position 1 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      multiclassHinge, a label below 0 → IndexError: multiclassHinge: label -1 at position 0 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      multiclassHinge, no labels → DTypeError: multiclassHinge: cannot make an array element of undefined: elements are numbers or booleans
      focalLoss, x of one axis → ShapeError: focalLoss: x has shape (3,); it must be (N, C), a row of C scores for each of N samples: reshape it
      focalLoss, x of three axes → ShapeError: focalLoss: x has shape (2, 2, 2); it must be (N, C), a row of C scores for each of N samples: reshape it
      focalLoss, labels of floats → DTypeError: focalLoss: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      focalLoss, labels of fractions → DTypeError: focalLoss: the labels are no integers that int32 holds; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      focalLoss, labels of booleans → DTypeError: focalLoss: the labels are bool; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      focalLoss, labels of a Float32Array → DTypeError: focalLoss: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      focalLoss, too few labels → ShapeError: focalLoss: labels of shape (1,) for x of shape (2, 3); they must have shape (2,), one for each row of x
      focalLoss, labels of two axes → ShapeError: focalLoss: labels of shape (2, 1) for x of shape (2, 3); they must have shape (2,), one for each row of x
      focalLoss, a label too large → IndexError: focalLoss: label 3 at position 1 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      focalLoss, a label below 0 → IndexError: focalLoss: label -1 at position 0 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      focalLoss, no labels → DTypeError: focalLoss: cannot make an array element of undefined: elements are numbers or booleans
      softmaxFocalLoss, x of one axis → ShapeError: softmaxFocalLoss: x has shape (3,); it must be (N, C), a row of C scores for each of N samples: reshape it
      softmaxFocalLoss, x of three axes → ShapeError: softmaxFocalLoss: x has shape (2, 2, 2); it must be (N, C), a row of C scores for each of N samples: reshape it
      softmaxFocalLoss, labels of floats → DTypeError: softmaxFocalLoss: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxFocalLoss, labels of fractions → DTypeError: softmaxFocalLoss: the labels are no integers that int32 holds; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxFocalLoss, labels of booleans → DTypeError: softmaxFocalLoss: the labels are bool; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxFocalLoss, labels of a Float32Array → DTypeError: softmaxFocalLoss: the labels are float32; they name the class of each sample by an integer: pass integers, an Int32Array, or a tensor converted with astype("int32")
      softmaxFocalLoss, too few labels → ShapeError: softmaxFocalLoss: labels of shape (1,) for x of shape (2, 3); they must have shape (2,), one for each row of x
      softmaxFocalLoss, labels of two axes → ShapeError: softmaxFocalLoss: labels of shape (2, 1) for x of shape (2, 3); they must have shape (2,), one for each row of x
      softmaxFocalLoss, a label too large → IndexError: softmaxFocalLoss: label 3 at position 1 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      softmaxFocalLoss, a label below 0 → IndexError: softmaxFocalLoss: label -1 at position 0 names none of the 3 classes of x, of shape (2, 3); labels are 0 to 2
      softmaxFocalLoss, no labels → DTypeError: softmaxFocalLoss: cannot make an array element of undefined: elements are numbers or booleans
      negativeLogLikelihood, weights → ShapeError: negativeLogLikelihood: weights of shape (2,) for x of shape (2, 3); they must have shape (3,), one for each class
      negativeLogLikelihood, weights of a string → DTypeError: negativeLogLikelihood: cannot make an array element of the string "1": convert it with Number()
      multiclassHinge, hinge → GradloomError: multiclassHinge: the hinge is "1"; it must be a number
      focalLoss, gamma below 0 → GradloomError: focalLoss: gamma is -1; it must be a number from 0
      softmaxFocalLoss, alpha → GradloomError: softmaxFocalLoss: alpha is "1"; it must be a number
      softmaxFocalLoss, an unknown option → GradloomError: softmaxFocalLoss: there is no option "beta"; there are alpha, gamma
      marginRankingLoss, shapes → ShapeError: marginRankingLoss: x1 has shape (2, 3) and x2 (3,); both must be (N,) or (N, D), and equal
      marginRankingLoss, three axes → ShapeError: marginRankingLoss: x1 has shape (1, 1, 1) and x2 (1, 1, 1); both must be (N,) or (N, D), and equal
      marginRankingLoss of integers → DTypeError: marginRankingLoss: x1 is int32, not float; convert it with astype("float32")
      marginRankingLoss, y → ShapeError: marginRankingLoss: y has shape (3,) beside x1 of shape (2, 3); it must be one number, or (2,), one for each row
      marginRankingLoss, margin below 0 → GradloomError: marginRankingLoss: the margin is -1; it must be a number from 0
      marginRankingLoss without a margin → GradloomError: marginRankingLoss: the margin is undefined; it must be a number from 0
      mseLoss → ShapeError: mseLoss: x has shape (2, 3) and the target (3,); they are compared element by element, so that their shapes must be equal: reshape one of them
      binaryCrossentropyWithLogits → ShapeError: binaryCrossentropyWithLogits: x has shape (2, 3) and the target (2, 1); they are compared element by element, so that their shapes must be equal: reshape one of them
      huberLoss → ShapeError: huberLoss: x has shape (2, 3) and the target (); they are compared element by element, so that their shapes must be equal: reshape one of them
      huberLoss, delta 0 → GradloomError: huberLoss: delta is 0; it must be a positive number
      smoothL1Loss → ShapeError: smoothL1Loss: x has shape (2, 3) and the target (); they are compared element by element, so that their shapes must be equal: reshape one of them
      smoothL1Loss, beta below 0 → GradloomError: smoothL1Loss: beta is -1; it must be a number from 0
      "
    `);
  });

  it("of layers", async () => {
    const image = ones([1, 2, 4]);
    const running = { mean: zeros(3), variance: ones(3) };
    const wrong: Wrong[] = [
      ["convNd of a matrix", () => gl.convNd(x, ones([1, 1, 1])), ShapeError],
      ["convNd, ranks", () => gl.convNd(image, ones([1, 2, 2, 2])), ShapeError],
      ["convNd, channels", () => gl.convNd(image, ones([1, 3, 2])), ShapeError],
      ["convNd, groups", () => gl.convNd(image, ones([3, 1, 2]), { groups: 2 }), ShapeError],
      ["convNd, groups 0", () => gl.convNd(image, ones([1, 2, 2]), { groups: 0 }), ShapeError],
      ["convNd, a stride that does not tile", () => gl.convNd(image, ones([1, 2, 2]), { stride: 3 }), ShapeError],
      [
        "convNd, padded, that does not tile",
        () => gl.convNd(image, ones([1, 2, 2]), { stride: 3, padding: 1 }),
        ShapeError,
      ],
      ["convNd, too long a filter", () => gl.convNd(image, ones([1, 2, 5])), ShapeError],
      ["convNd, too dilated a filter", () => gl.convNd(image, ones([1, 2, 2]), { dilation: 4 }), ShapeError],
      ["convNd, stride 0", () => gl.convNd(image, ones([1, 2, 2]), { stride: 0 }), ShapeError],
      ["convNd, strides of two axes", () => gl.convNd(image, ones([1, 2, 2]), { stride: [1, 1] }), ShapeError],
      ["convNd, padding -1", () => gl.convNd(image, ones([1, 2, 2]), { padding: -1 }), ShapeError],
      ["convNd, padding of a string", () => gl.convNd(image, ones([1, 2, 2]), { padding: odd("same") }), ShapeError],
      ["convNd, dilation 0", () => gl.convNd(image, ones([1, 2, 2]), { dilation: 0 }), ShapeError],
      ["convNd, a stride by itself", () => gl.convNd(image, ones([1, 2, 2]), odd(1)), GradloomError],
      ["maxPool that does not tile", () => gl.maxPool(x, 2, 2), ShapeError],
      ["maxPool, too long", () => gl.maxPool(x, 4), ShapeError],
      ["maxPool of too many axes", () => gl.maxPool(x, [1, 1, 1]), ShapeError],
      ["maxPool of no axes", () => gl.maxPool(x, []), ShapeError],
      ["maxPool of 0", () => gl.maxPool(x, 0), ShapeError],
      ["avgPool, stride 0", () => gl.avgPool(x, 2, 0), ShapeError],
      ["avgPool, strides", () => gl.avgPool(x, 2, [1, 1]), ShapeError],
      ["batchnorm of a vector", () => gl.batchnorm(ones(3)), ShapeError],
      ["batchnorm, gamma", () => gl.batchnorm(x, { gamma: [1, 2] }), ShapeError],
      ["batchnorm, beta", () => gl.batchnorm(x, { beta: odd("0") }), DTypeError],
      ["batchnorm, eps", () => gl.batchnorm(x, { eps: odd("0") }), GradloomError],
      ["batchnorm, running.mean", () => gl.batchnorm(x, { running: { ...running, mean: zeros(2) } }), ShapeError],
      [
        "batchnorm, running.variance of a list",
        () => gl.batchnorm(x, { running: { ...running, variance: odd([1, 1, 1]) } }),
        ShapeError,
      ],
      ["batchnorm, running of null", () => gl.batchnorm(x, { running: odd({}) }), ShapeError],
      ["batchnorm of one sample", () => gl.batchnorm(ones([1, 3]), { running }), ShapeError],
      ["batchnorm, momentum", () => gl.batchnorm(x, { running, momentum: odd("0.1") }), GradloomError],
      ["batchnorm without statistics", () => gl.batchnorm(x, { training: false }), GradloomError],
      ["batchnorm, an unknown option", () => gl.batchnorm(x, odd({ axis: 1 })), GradloomError],
      ["layerNorm, axis", () => gl.layerNorm(x, { axis: 2 }), IndexError],
      ["layerNorm, gamma", () => gl.layerNorm(x, { gamma: [1, 2] }), ShapeError],
      ["groupNorm of a vector", () => gl.groupNorm(ones(3), 1), ShapeError],
      ["groupNorm, groups", () => gl.groupNorm(x, 2), ShapeError],
      ["groupNorm, beta", () => gl.groupNorm(x, 3, { beta: [1] }), ShapeError],
      ["dropout, rate", () => gl.dropout(x, 1.5), GradloomError],
      ["dropout, rate of a string", () => gl.dropout(x, odd("0.5")), GradloomError],
      ["dropout, key", () => gl.dropout(x, 0.5, { key: odd(7) }), GradloomError],
      ["embedding out of bounds", () => gl.embedding(x, [0, 2]), IndexError],
      ["embedding of a scalar", () => gl.embedding(1, [0]), ShapeError],
      ["embedding by a mask", () => gl.embedding(x, tensor([true, false])), DTypeError],
      ["embedding by fractions", () => gl.embedding(x, [0.5]), IndexError],
      ["linear, inputs", () => gl.linear(x, ones([2, 3])), ShapeError],
      ["linear, weight of one axis", () => gl.linear(x, ones(3)), ShapeError],
      ["linear, bias", () => gl.linear(x, ones([3, 2]), [1, 2, 3]), ShapeError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      convNd of a matrix → ShapeError: convNd: x of shape (2, 3) and filters of shape (1, 1, 1): x must be (N, C, …) with one spatial axis at least, and filters (F, C / groups, …) with as many axes
      convNd, ranks → ShapeError: convNd: x of shape (1, 2, 4) and filters of shape (1, 2, 2, 2): x must be (N, C, …) with one spatial axis at least, and filters (F, C / groups, …) with as many axes
      convNd, channels → ShapeError: convNd: x of shape (1, 2, 4) and filters of shape (1, 3, 2), with groups 1: the 2 channels of x must be groups times the 3 channels of a filter, and groups must divide the 1 filters
      convNd, groups → ShapeError: convNd: x of shape (1, 2, 4) and filters of shape (3, 1, 2), with groups 2: the 2 channels of x must be groups times the 1 channels of a filter, and groups must divide the 3 filters
      convNd, groups 0 → ShapeError: convNd: x of shape (1, 2, 4) and filters of shape (1, 2, 2), with groups 0: the 2 channels of x must be groups times the 2 channels of a filter, and groups must divide the 1 filters
      convNd, a stride that does not tile → ShapeError: convNd: a window of 2 elements with stride 3 does not tile axis 2 of x, of shape (1, 2, 4): it has 4 elements; no end may be left over: change the window, the stride or the padding, or cut the array
      convNd, padded, that does not tile → ShapeError: convNd: a window of 2 elements with stride 3 does not tile axis 2 of x, of shape (1, 2, 4): it has 6 elements with the padding; no end may be left over: change the window, the stride or the padding, or cut the array
      convNd, too long a filter → ShapeError: convNd: a window of 5 elements with stride 1 is longer than axis 2 of x, of shape (1, 2, 4): it has 4 elements; no end may be left over: change the window, the stride or the padding, or cut the array
      convNd, too dilated a filter → ShapeError: convNd: a window of 5 elements with stride 1 is longer than axis 2 of x, of shape (1, 2, 4): it has 4 elements; no end may be left over: change the window, the stride or the padding, or cut the array
      convNd, stride 0 → ShapeError: convNd: stride 0 for 1 axes; give one whole number from 1, or a list of 1
      convNd, strides of two axes → ShapeError: convNd: stride [1, 1] for 1 axes; give one whole number from 1, or a list of 1
      convNd, padding -1 → ShapeError: convNd: padding -1 for 1 axes; give one whole number from 0, or a list of 1
      convNd, padding of a string → ShapeError: convNd: padding "same" for 1 axes; give one whole number from 0, or a list of 1
      convNd, dilation 0 → ShapeError: convNd: dilation 0 for 1 axes; give one whole number from 1, or a list of 1
      convNd, a stride by itself → GradloomError: convNd: options come last, in an object such as { stride }, not as 1
      maxPool that does not tile → ShapeError: maxPool: a window of 2 elements with stride 2 does not tile axis 1 of x, of shape (2, 3): it has 3 elements; no end may be left over: change the window, the stride or the padding, or cut the array
      maxPool, too long → ShapeError: maxPool: a window of 4 elements with stride 1 is longer than axis 1 of x, of shape (2, 3): it has 3 elements; no end may be left over: change the window, the stride or the padding, or cut the array
      maxPool of too many axes → ShapeError: maxPool: a pool of 3 axes for x of shape (2, 3); give a window length for each of the last axes that are pooled, 1 to 2 of them
      maxPool of no axes → ShapeError: maxPool: a pool of 0 axes for x of shape (2, 3); give a window length for each of the last axes that are pooled, 1 to 2 of them
      maxPool of 0 → ShapeError: maxPool: pool [0] for 1 axes; give one whole number from 1, or a list of 1
      avgPool, stride 0 → ShapeError: avgPool: stride 0 for 1 axes; give one whole number from 1, or a list of 1
      avgPool, strides → ShapeError: avgPool: stride [1, 1] for 1 axes; give one whole number from 1, or a list of 1
      batchnorm of a vector → ShapeError: batchnorm: x has shape (3,); it must be (N, C) or (N, C, …): reshape it
      batchnorm, gamma → ShapeError: batchnorm: gamma has shape (2,); it must have shape (3,), that of the features
      batchnorm, beta → DTypeError: batchnorm: beta: cannot make an array element of the string "0": convert it with Number()
      batchnorm, eps → GradloomError: batchnorm: eps is "0"; it must be a number
      batchnorm, running.mean → ShapeError: batchnorm: running.mean must be a float tensor of shape (3,), one element a channel; begin with zeros for the mean and ones for the variance
      batchnorm, running.variance of a list → ShapeError: batchnorm: running.variance must be a float tensor of shape (3,), one element a channel; begin with zeros for the mean and ones for the variance
      batchnorm, running of null → ShapeError: batchnorm: running.mean must be a float tensor of shape (3,), one element a channel; begin with zeros for the mean and ones for the variance
      batchnorm of one sample → ShapeError: batchnorm: a batch with 1 values a channel has no variance to keep in the running statistics; take a larger batch, or pass training: false
      batchnorm, momentum → GradloomError: batchnorm: momentum is "0.1"; it must be a number
      batchnorm without statistics → GradloomError: batchnorm: training is false and there are no running statistics; pass running
      batchnorm, an unknown option → GradloomError: batchnorm: there is no option "axis"; there are gamma, beta, eps, running, momentum, training
      layerNorm, axis → IndexError: layerNorm: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1
      layerNorm, gamma → ShapeError: layerNorm: gamma has shape (2,); it must have shape (3,), that of the features
      groupNorm of a vector → ShapeError: groupNorm: x of shape (3,) in 1 groups; x must be (N, C, …), and groups must divide C
      groupNorm, groups → ShapeError: groupNorm: x of shape (2, 3) in 2 groups; x must be (N, C, …), and groups must divide C
      groupNorm, beta → ShapeError: groupNorm: beta has shape (1,); it must have shape (3,), that of the features
      dropout, rate → GradloomError: dropout: the rate is 1.5; it is a probability, from 0 to 1
      dropout, rate of a string → GradloomError: dropout: the rate is "0.5"; it must be a number
      dropout, key → GradloomError: dropout: the key is 7; make one with random.key(seed)
      embedding out of bounds → IndexError: embedding: index [array] of shape (2, 3): index 2 is out of bounds for axis 0 with size 2; use -2 to 1
      embedding of a scalar → ShapeError: embedding: the table is a scalar; it must have rows, as (V, D)
      embedding by a mask → DTypeError: embedding: the indices are bool; pass the rows' positions, as int32
      embedding by fractions → IndexError: embedding: index [array] of shape (2, 3): 0.5 is no position; positions are integers
      linear, inputs → ShapeError: linear: x of shape (2, 3) and weight of shape (2, 3); x must be (…, inputs) and weight (inputs, outputs)
      linear, weight of one axis → ShapeError: linear: x of shape (2, 3) and weight of shape (3,); x must be (…, inputs) and weight (inputs, outputs)
      linear, bias → ShapeError: linear: bias has shape (3,); it must have shape (2,), that of the features
      "
    `);
  });

  it("of recurrent layers and attention", async () => {
    const sequence = arange(12).reshape(2, 2, 3);
    const weights = { weightIh: ones([8, 3]), weightHh: ones([8, 2]) };
    const gate = [ones([3, 2]), ones([2, 2]), ones(2)];
    const gru = (at: number, value: unknown, options?: unknown): unknown => {
      const given: unknown[] = [sequence, ...gate, ...gate, ...gate];
      given[at] = value;
      return call(gl.gru, ...given, options);
    };
    const cell = { weightIh: ones([2, 3]), weightHh: ones([2, 2]) };
    const wrong: Wrong[] = [
      ["gru, X", () => gru(0, x), ShapeError],
      ["gru, Uz", () => gru(1, ones([2, 2])), ShapeError],
      ["gru, Wz", () => gru(2, ones([3, 2])), ShapeError],
      ["gru, bz", () => gru(3, ones(3)), ShapeError],
      ["gru, Ur", () => gru(4, ones([3, 3])), ShapeError],
      ["gru, bh", () => gru(9, ones([1, 2])), ShapeError],
      ["gru, s0", () => gru(0, sequence, { s0: ones([1, 2]) }), ShapeError],
      ["gru, s0 of a string", () => gru(0, sequence, { s0: "0" }), DTypeError],
      ["gru, bpLim", () => gru(0, sequence, { bpLim: 2 }), GradloomError],
      ["gru, bpLim of a fraction", () => gru(0, sequence, { bpLim: 0.5 }), GradloomError],
      ["gru, dropout", () => gru(0, sequence, { dropout: 1 }), GradloomError],
      ["gru, an unknown option", () => gru(0, sequence, { h0: 1 }), GradloomError],
      ["lstm, X", () => gl.lstm(x, weights), ShapeError],
      ["lstm without weights", () => call(gl.lstm, sequence), GradloomError],
      ["lstm, weightIh", () => gl.lstm(sequence, { ...weights, weightIh: ones([8, 2]) }), ShapeError],
      ["lstm, weightHh", () => gl.lstm(sequence, { ...weights, weightHh: ones([6, 2]) }), ShapeError],
      ["lstm, biasIh", () => gl.lstm(sequence, { ...weights, biasIh: ones(2) }), ShapeError],
      ["lstm, an unknown weight", () => gl.lstm(sequence, odd({ ...weights, bias: ones(8) })), GradloomError],
      ["lstm, h0", () => gl.lstm(sequence, weights, { h0: ones(2) }), ShapeError],
      ["lstm, c0", () => gl.lstm(sequence, weights, { c0: ones([1, 2]) }), ShapeError],
      ["rnnCell, x", () => gl.rnnCell(sequence, zeros([2, 2]), cell), ShapeError],
      ["rnnCell, h", () => gl.rnnCell(x, zeros([2, 3]), cell), ShapeError],
      ["rnnCell, weightIh", () => gl.rnnCell(x, zeros([2, 2]), { ...cell, weightIh: ones([2, 2]) }), ShapeError],
      ["rnnCell, nonlinearity", () => gl.rnnCell(x, zeros([2, 2]), cell, { nonlinearity: odd("gelu") }), GradloomError],
      ["attention of a vector", () => gl.scaledDotProductAttention(ones(3), x, x), ShapeError],
      ["attention, q and k", () => gl.scaledDotProductAttention(x, ones([2, 2]), x), ShapeError],
      ["attention, k and v", () => gl.scaledDotProductAttention(x, x, ones([3, 3])), ShapeError],
      ["attention, batches", () => gl.scaledDotProductAttention(ones([2, 2, 3]), ones([3, 2, 3]), x), ShapeError],
      ["attention, mask", () => gl.scaledDotProductAttention(x, x, x, { mask: ones(3) }), ShapeError],
      [
        "attention, mask of integers",
        () => gl.scaledDotProductAttention(x, x, x, { mask: zeros([2, 2], "int32") }),
        DTypeError,
      ],
      ["attention, mask of a string", () => gl.scaledDotProductAttention(x, x, x, { mask: odd("causal") }), DTypeError],
      ["attention, scale", () => gl.scaledDotProductAttention(x, x, x, { scale: odd("1") }), GradloomError],
      [
        "attention, an unknown option",
        () => gl.scaledDotProductAttention(x, x, x, odd({ isCausal: true })),
        GradloomError,
      ],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      gru, X → ShapeError: gru: X has shape (2, 3); it must be (T, N, C): T steps of N samples with C features
      gru, Uz → ShapeError: gru: Uz has shape (2, 2); it must have shape (3, 2), (C, D): inputs by units, where D is the size of bz
      gru, Wz → ShapeError: gru: Wz has shape (3, 2); it must have shape (2, 2), (D, D), where D is the size of bz
      gru, bz → ShapeError: gru: Uz has shape (3, 2); it must have shape (3, 3), (C, D): inputs by units, where D is the size of bz
      gru, Ur → ShapeError: gru: Ur has shape (3, 3); it must have shape (3, 2), (C, D): inputs by units, where D is the size of bz
      gru, bh → ShapeError: gru: bh has shape (1, 2); it must have shape (2,), (D,), as bz
      gru, s0 → ShapeError: gru: s0 has shape (1, 2); it must have shape (2, 2), (N, D): samples by units
      gru, s0 of a string → DTypeError: gru: s0: cannot make an array element of the string "0": convert it with Number()
      gru, bpLim → GradloomError: gru: bpLim is 2 for 2 steps; it must be a whole number from 0 to 1, or null for no limit
      gru, bpLim of a fraction → GradloomError: gru: bpLim is 0.5 for 2 steps; it must be a whole number from 0 to 1, or null for no limit
      gru, dropout → GradloomError: gru: dropout is 1; it is a probability, from 0 to below 1
      gru, an unknown option → GradloomError: gru: there is no option "h0"; there are s0, bpLim, dropout, uniform
      lstm, X → ShapeError: lstm: X has shape (2, 3); it must be (T, N, C): T steps of N samples with C features
      lstm without weights → GradloomError: lstm: the weights are undefined; pass { weightIh, weightHh }
      lstm, weightIh → ShapeError: lstm: weightIh has shape (8, 2); it must have shape (8, 3), (4·D, C)
      lstm, weightHh → ShapeError: lstm: weightHh has shape (6, 2); it must have shape (8, 2), (4·D, D)
      lstm, biasIh → ShapeError: lstm: biasIh has shape (2,); it must have shape (8,), (4·D,)
      lstm, an unknown weight → GradloomError: lstm: there is no option "bias"; there are weightIh, weightHh, biasIh, biasHh
      lstm, h0 → ShapeError: lstm: h0 has shape (2,); it must have shape (2, 2), (N, D): samples by units
      lstm, c0 → ShapeError: lstm: c0 has shape (1, 2); it must have shape (2, 2), (N, D): samples by units
      rnnCell, x → ShapeError: rnnCell: x has shape (2, 2, 3); it must be (N, C): N samples with C features
      rnnCell, h → ShapeError: rnnCell: h has shape (2, 3); it must have shape (2, 2), (N, D): samples by units
      rnnCell, weightIh → ShapeError: rnnCell: weightIh has shape (2, 2); it must have shape (2, 3), (D, C)
      rnnCell, nonlinearity → GradloomError: rnnCell: the nonlinearity is "gelu"; it must be "tanh" or "relu"
      attention of a vector → ShapeError: scaledDotProductAttention: q of shape (3,), k of shape (2, 3) and v of shape (2, 3): they must be (…, L, E), (…, S, E) and (…, S, F), with two axes at least
      attention, q and k → ShapeError: scaledDotProductAttention: q of shape (2, 3), k of shape (2, 2) and v of shape (2, 3): q and k must have the same last axis, E
      attention, k and v → ShapeError: scaledDotProductAttention: q of shape (2, 3), k of shape (2, 3) and v of shape (3, 3): k and v must have the same last axis but one, S
      attention, batches → ShapeError: scaledDotProductAttention: q of shape (2, 2, 3), k of shape (3, 2, 3) and v of shape (2, 3): the axes before the last two do not broadcast; they must be equal, or 1
      attention, mask → ShapeError: scaledDotProductAttention: a mask of shape (3,) does not broadcast to (2, 2), a score for each query and key; reshape it
      attention, mask of integers → DTypeError: scaledDotProductAttention: the mask is int32; pass bool (true where a query attends) or floats to be added
      attention, mask of a string → DTypeError: scaledDotProductAttention: cannot make an array element of the string "causal": convert it with Number()
      attention, scale → GradloomError: scaledDotProductAttention: the scale is "1"; it must be a number
      attention, an unknown option → GradloomError: scaledDotProductAttention: there is no option "isCausal"; there are mask, scale, causal
      "
    `);
  });
});
