import { beforeAll, describe, expect, it } from "vitest";
import * as gl from "../../src/index.ts";
import {
  type BackendName,
  DisposedError,
  DTypeError,
  defineOp,
  GradloomError,
  InvalidBackpropError,
  InvalidGradientError,
  ones,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
} from "../../src/index.ts";
import { messages, odd, thrownBy, type Wrong } from "../support/failures.ts";

describe.each<BackendName>(["wasm", "reference"])("errors of gradients on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("name seeds that do not fit", async () => {
    const wrong: Wrong[] = [
      ["a longer seed", () => ones(2).mul(2).backward([1, 2, 3]), ShapeError],
      [
        "a seed with more axes",
        () =>
          ones(2)
            .mul(2)
            .backward(ones([2, 2])),
        ShapeError,
      ],
      ["a seed of a string", () => ones(2).mul(2).backward(odd("1")), DTypeError],
      ["a seed of null", () => ones(2).mul(2).backward(odd(null)), DTypeError],
      [
        "a ragged seed",
        () =>
          ones(2)
            .mul(2)
            .backward([[1], [1, 2]]),
        ShapeError,
      ],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      a longer seed → ShapeError: backward: a seed of shape (3,) does not broadcast to the tensor's (2,); pass a number, or an array of that shape
      a seed with more axes → ShapeError: backward: a seed of shape (2, 2) does not broadcast to the tensor's (2,); pass a number, or an array of that shape
      a seed of a string → DTypeError: backward: cannot make an array element of the string "1": convert it with Number()
      a seed of null → DTypeError: backward: cannot make an array element of null: elements are numbers or booleans
      a ragged seed → ShapeError: backward: ragged nested list: value[1] is a list of length 2, but value[0] is a list of length 1; lists at one depth need one length
      "
    `);
  });

  it("name what backward has gone through", async () => {
    const through = (act: (x: Tensor, y: Tensor) => Tensor): void => {
      const x = tensor([1, 2, 3]);
      const y = x.mul(2);
      const other = act(x, y);
      y.sum().backward();
      other.backward();
    };
    const wrong: Wrong[] = [
      ["another tensor of it", () => through((_x, y) => y.prod()), InvalidBackpropError],
      ["it and more", () => through((x, y) => x.add(y)), InvalidBackpropError],
      [
        "after clearGraph",
        () => {
          const y = tensor([1, 2]).exp();
          const z = y.mul(2);
          y.clearGraph();
          z.backward();
        },
        InvalidBackpropError,
      ],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      another tensor of it → InvalidBackpropError: backward: an earlier backward() has already gone through multiply of shape (3,), which this tensor was computed from; compute it again, or call backward() once on the sum of the losses
      it and more → InvalidBackpropError: backward: an earlier backward() has already gone through multiply of shape (3,), which this tensor was computed from; compute it again, or call backward() once on the sum of the losses
      after clearGraph → InvalidBackpropError: backward: an earlier backward() has already gone through exp of shape (2,), which this tensor was computed from; compute it again, or call backward() once on the sum of the losses
      "
    `);
  });

  it("name what an operation of one's own does wrong", async () => {
    const own = (forward: unknown, backward: unknown) => defineOp(odd({ name: "own", forward, backward }));
    const identity = ([x]: readonly Tensor[]): Tensor => x!.pos();
    const x = ones([2, 3]);
    const wrong: Wrong[] = [
      ["defineOp()", () => defineOp(odd(undefined)), GradloomError],
      ["no name", () => defineOp(odd({ forward: identity, backward: identity })), GradloomError],
      ["no forward", () => own(undefined, identity), GradloomError],
      ["no backward", () => own(identity, null), GradloomError],
      [
        "a part that there is not",
        () => defineOp(odd({ name: "own", forward: identity, backward: identity, jvp: 1 })),
        GradloomError,
      ],
      ["forward that returns a number", () => own(() => 1, identity)(x), GradloomError],
      ["forward that returns nothing", () => own(() => undefined, identity)(x), GradloomError],
      ["an operand of a string", () => own(identity, identity)(odd("a")), DTypeError],
      ["backward that returns a tensor", () => own(identity, (g: Tensor) => g)(x), InvalidGradientError],
      ["backward that returns nothing", () => own(identity, () => undefined)(x), InvalidGradientError],
      ["too few gradients", () => own(identity, (g: Tensor) => [g])(x, x), InvalidGradientError],
      ["too many gradients", () => own(identity, (g: Tensor) => [g, g])(x), InvalidGradientError],
      ["a gradient of a number", () => own(identity, () => [1])(x), InvalidGradientError],
      ["a gradient that is left out", () => own(identity, () => [undefined])(x), InvalidGradientError],
      ["a gradient of another shape", () => own(identity, () => [ones(4)])(x), InvalidGradientError],
      ["a gradient that is read", () => own(identity, (g: Tensor) => [g.mul(g.sum().item())])(x), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      defineOp() → GradloomError: defineOp: the definition is undefined; pass { name, forward, backward }
      no name → GradloomError: defineOp: the definition is an object; pass { name, forward, backward }
      no forward → GradloomError: defineOp: own: forward is undefined; it must be a function
      no backward → GradloomError: defineOp: own: backward is null; it must be a function
      a part that there is not → GradloomError: defineOp: own: there is no option "jvp"; there are name, forward, backward
      forward that returns a number → GradloomError: own: forward returned 1; it must return a tensor
      forward that returns nothing → GradloomError: own: forward returned undefined; it must return a tensor
      an operand of a string → DTypeError: own: cannot make an array element of the string "a": convert it with Number()
      backward that returns a tensor → InvalidGradientError: own: backward returned a Tensor for 1 operands; return one, or null, for each
      backward that returns nothing → InvalidGradientError: own: backward returned undefined for 1 operands; return one, or null, for each
      too few gradients → InvalidGradientError: own: backward returned 1 gradients for 2 operands; return one, or null, for each
      too many gradients → InvalidGradientError: own: backward returned 2 gradients for 1 operands; return one, or null, for each
      a gradient of a number → InvalidGradientError: own: the gradient of operand 0 is 1; return a tensor, or null where none flows
      a gradient that is left out → InvalidGradientError: own: the gradient of operand 0 is undefined; return a tensor, or null where none flows
      a gradient of another shape → InvalidGradientError: own: the gradient of operand 0 has shape (4,), but the operand has (2, 3); return that shape, or one that the operand broadcasts to
      a gradient that is read → GradloomError: item: inside the backward of defineOp there are no values yet; write it in terms of operations, such as where()
      "
    `);
  });

  it("name what is disposed, or is no tensor", async () => {
    const gone = ones([2]);
    gone.dispose();
    const wrong: Wrong[] = [
      ["data", () => gone.data(), DisposedError],
      ["dataSync", () => gone.dataSync(), DisposedError],
      ["tolist", () => gone.tolist(), DisposedError],
      ["item", () => gone.item(), DisposedError],
      ["evaluate", () => gone.evaluate(), DisposedError],
      ["backward", () => gone.backward(), DisposedError],
      ["clearGraph", () => gone.clearGraph(), DisposedError],
      ["grad", () => gone.grad, DisposedError],
      ["shape =", () => Object.assign(gone, { shape: [1, 2] }), DisposedError],
      ["a view", () => gone.get("1:"), DisposedError],
      ["T", () => gone.T, DisposedError],
      ["sub", () => gone.sub(1), DisposedError],
      ["relu", () => gone.relu(), DisposedError],
      ["matmul", () => gone.matmul([1, 2]), DisposedError],
      ["sum", () => gone.sum(), DisposedError],
      ["add_", () => gone.add_(1), DisposedError],
      ["set_", () => gone.set_(0, 1), DisposedError],
      ["copyto", () => gl.copyto(gone, 1), DisposedError],
      ["copy", () => gone.copy(), DisposedError],
      ["detach", () => gone.detach(), DisposedError],
      ["astype", () => gone.astype("float64"), DisposedError],
      ["out", () => gl.add(1, 2, { out: gone }), DisposedError],
      ["where", () => gl.exp(1, { where: gone }), DisposedError],
      ["an index", () => ones(2).get(gone), DisposedError],
      ["a value", () => ones(2).set_(0, gone), DisposedError],
      ["tensor", () => tensor(gone), DisposedError],
      ["stack", () => gl.stack([gone]), DisposedError],
      ["einsum", () => gl.einsum("i", gone), DisposedError],
      ["explain", () => gl.explain(gone), DisposedError],
      ["explain of a list", () => gl.explain(odd([1])), DTypeError],
      ["buildGraph", () => gl.buildGraph(gone), DisposedError],
      ["buildGraph of a list", () => gl.buildGraph(odd([1])), DTypeError],
      ["buildGraph, names of a list", () => gl.buildGraph(ones(1), { names: { w: odd([1]) } }), DTypeError],
      ["buildGraph, names of a disposed tensor", () => gl.buildGraph(ones(1), { names: { w: gone } }), DisposedError],
      ["buildGraph, names by themselves", () => gl.buildGraph(ones(1), odd({ w: ones(1) })), GradloomError],
      ["buildGraph, names of a string", () => gl.buildGraph(ones(1), { names: odd("w") }), GradloomError],
      ["buildGraph of a long loop", () => gl.buildGraph(longSum()), GradloomError],
      ["noAutodiff", () => gl.noAutodiff(odd(1)), GradloomError],
      ["scope", () => gl.scope(odd(undefined)), GradloomError],
    ];
    expect(await messages(wrong)).toMatchInlineSnapshot(`
      "
      data → DisposedError: data: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      dataSync → DisposedError: dataSync: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      tolist → DisposedError: tolist: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      item → DisposedError: item: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      evaluate → DisposedError: evaluate: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      backward → DisposedError: backward: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      clearGraph → DisposedError: clearGraph: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      grad → DisposedError: grad: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      shape = → DisposedError: shape: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      a view → DisposedError: get: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      T → DisposedError: T: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      sub → DisposedError: sub: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      relu → DisposedError: relu: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      matmul → DisposedError: matmul: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      sum → DisposedError: sum: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      add_ → DisposedError: add_: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      set_ → DisposedError: set_: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      copyto → DisposedError: copyto: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      copy → DisposedError: copy: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      detach → DisposedError: detach: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      astype → DisposedError: astype: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      out → DisposedError: add: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      where → DisposedError: exp: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      an index → DisposedError: get: index [tensor] of shape (2,): this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      a value → DisposedError: set_: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      tensor → DisposedError: tensor: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      stack → DisposedError: stack: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      einsum → DisposedError: einsum: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      explain → DisposedError: explain: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      explain of a list → DTypeError: explain: a list is no tensor; make one with tensor()
      buildGraph → DisposedError: buildGraph: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      buildGraph of a list → DTypeError: buildGraph: a list is no tensor; make one with tensor()
      buildGraph, names of a list → DTypeError: buildGraph: names.w: a list is no tensor; make one with tensor()
      buildGraph, names of a disposed tensor → DisposedError: buildGraph: names.w: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()
      buildGraph, names by themselves → GradloomError: buildGraph: there is no option "w"; there are names, shapes, dtypes, summaries, title
      buildGraph, names of a string → GradloomError: buildGraph: names is "w"; pass { name: tensor }
      buildGraph of a long loop → GradloomError: buildGraph: 4003 values are recorded for this tensor, and at most 2000 can be drawn; draw an earlier tensor, or one that a single turn of the loop made
      noAutodiff → GradloomError: noAutodiff: the body is 1; it must be a function
      scope → GradloomError: scope: the body is undefined; it must be a function
      "
    `);
  });

  it("leave recording as it was", async () => {
    const e = await thrownBy(() => gl.noAutodiff(() => ones(2).reshape(3)));
    expect(e).toBeInstanceOf(ShapeError);
    expect(gl.isAutodiffOn()).toBe(true);
    const x = ones(2);
    expect(await thrownBy(() => gl.scope(() => x.reshape(3)))).toBeInstanceOf(ShapeError);
    expect(x.add(1).tolist()).toEqual([2, 2]);
  });
});

function longSum(): Tensor {
  let x = ones(1);
  for (let k = 0; k < 2001; k++) x = x.mul(1.5);
  return x;
}
