import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  type BackendName,
  broadcastTo,
  type DType,
  GradloomError,
  max,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

/** The class and message of what a call throws; only errors of this library count. */
function failure(act: () => unknown): string {
  try {
    act();
  } catch (e) {
    if (!(e instanceof GradloomError)) throw e;
    return `${e.name}: ${e.message}`;
  }
  throw new Error("nothing was thrown");
}

describe.each<BackendName>(["wasm", "reference"])("errors on %s", (backend) => {
  beforeAll(() => setBackend(backend));

  it("name shapes that do not broadcast", () => {
    expect(failure(() => zeros([2, 3]).add(zeros([2])))).toMatchInlineSnapshot(
      `"ShapeError: add: shapes (2, 3) and (2,) do not broadcast; axes counted from the last must be equal, or 1 in one of them: reshape an operand, or insert axes with newaxis"`,
    );
  });

  it("name the inner sizes of a matrix product", () => {
    expect(failure(() => zeros([2, 3]).matmul(zeros([2, 3])))).toMatchInlineSnapshot(
      `"ShapeError: matmul: inner sizes differ: (2, 3) has 3 columns and (2, 3) has 2 rows; transpose an operand, or check their order"`,
    );
    expect(failure(() => zeros([2, 3]).matmul(1))).toMatchInlineSnapshot(
      `"ShapeError: matmul: shapes (2, 3) and (): a scalar has no matrix product; use multiply"`,
    );
    expect(failure(() => zeros([2, 2, 3]).matmul(zeros([3, 3, 2])))).toMatchInlineSnapshot(
      `"ShapeError: matmul: the batch axes of (2, 2, 3) and (3, 3, 2) do not broadcast; all axes but the last two must be equal, or 1 in one of them"`,
    );
  });

  it("name an index out of bounds", () => {
    expect(failure(() => zeros([2, 3]).get(0, 3))).toMatchInlineSnapshot(
      `"IndexError: get: index [0, 3] of shape (2, 3): index 3 is out of bounds for axis 1 with size 3; use -3 to 2, or a slice, which is clamped"`,
    );
    expect(failure(() => zeros([2, 3]).get("0, 0, 0"))).toMatchInlineSnapshot(
      `"IndexError: get: index [0, 0, 0] of shape (2, 3): too many indices: 3 for 2 axes; drop some, or add axes with newaxis"`,
    );
    expect(failure(() => zeros([2]).get("a"))).toMatchInlineSnapshot(
      `"IndexError: get: index [a] of shape (2,): malformed "a" at character 1: found "a"; an index item is an integer, a slice such as "1:-1" or slice(1, -1), "...", newaxis, or an array"`,
    );
  });

  it("name an unknown dtype", () => {
    expect(failure(() => tensor([1], "float16" as DType))).toMatchInlineSnapshot(
      `"DTypeError: tensor: unknown dtype "float16"; there are bool, int32, float32, float64"`,
    );
    expect(failure(() => tensor([1]).astype("complex" as DType))).toMatchInlineSnapshot(
      `"DTypeError: astype: unknown dtype "complex"; there are bool, int32, float32, float64"`,
    );
  });

  it("refuse a ragged list", () => {
    expect(failure(() => tensor([[1, 2], [3]]))).toMatchInlineSnapshot(
      `"ShapeError: tensor: ragged nested list: value[1] is a list of length 1, but value[0] is a list of length 2; lists at one depth need one length"`,
    );
    expect(failure(() => tensor([[1, 2], 3]))).toMatchInlineSnapshot(
      `"ShapeError: tensor: ragged nested list: value[1] is the number 3, but value[0] is a list of length 2; lists at one depth need one length"`,
    );
    expect(failure(() => tensor(["1"] as unknown as number[]))).toMatchInlineSnapshot(
      `"DTypeError: tensor: cannot make an array element of the string "1" at value[0]: convert it with Number()"`,
    );
  });

  it("refuse a reshape that does not fit", () => {
    expect(failure(() => zeros([2, 3]).reshape(4, 2))).toMatchInlineSnapshot(
      `"ShapeError: reshape: 6 elements of shape (2, 3) do not fit (4, 2); the lengths' product must be the number of elements"`,
    );
    expect(failure(() => zeros([2, 3]).reshape(4, -1))).toMatchInlineSnapshot(
      `"ShapeError: reshape: 6 elements of shape (2, 3) do not fit (4, -1); the lengths' product must be the number of elements"`,
    );
    expect(failure(() => zeros([2, 3]).reshape(-1, -1))).toMatchInlineSnapshot(
      `"ShapeError: reshape: (-1, -1) has more than one -1; give all lengths but one"`,
    );
  });

  it("name a bad axis", () => {
    expect(failure(() => zeros([2, 3]).sum(2))).toMatchInlineSnapshot(
      `"IndexError: sum: axis 2 is out of bounds for 2 dimensions; axes are -2 to 1"`,
    );
    expect(failure(() => zeros([2, 3]).sum([0, -2]))).toMatchInlineSnapshot(
      `"IndexError: sum: axis 0 is named twice; name each axis once"`,
    );
    expect(failure(() => zeros([2, 3]).transpose(0))).toMatchInlineSnapshot(
      `"IndexError: transpose: axes [0] must name each of the 2 axes of (2, 3) once"`,
    );
  });

  it("refuse the maximum of nothing", () => {
    expect(failure(() => max([]))).toMatchInlineSnapshot(
      `"ShapeError: max: no elements to choose from along axis 0 of shape (0,); check for size 0 before"`,
    );
    expect(failure(() => zeros([2, 0]).argmin(1))).toMatchInlineSnapshot(
      `"ShapeError: argmin: no elements to choose from in shape (2, 0); check for size 0 before"`,
    );
  });

  it("refuse item() of several elements, and a seed that does not fit", () => {
    expect(failure(() => zeros([2]).item())).toMatchInlineSnapshot(
      `"ShapeError: item: shape (2,) holds 2 elements, not 1; use tolist()"`,
    );
    expect(failure(() => zeros([2]).mul(2).backward([1, 2, 3]))).toMatchInlineSnapshot(
      `"ShapeError: backward: a seed of shape (3,) does not broadcast to the tensor's (2,); pass a number, or an array of that shape"`,
    );
  });

  it("name what was disposed", () => {
    const x = tensor([1, 2]);
    x.dispose();
    expect(failure(() => x.tolist())).toMatchInlineSnapshot(
      `"DisposedError: tolist: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()"`,
    );
    expect(failure(() => x.add(1))).toMatchInlineSnapshot(
      `"DisposedError: add: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()"`,
    );
  });

  it("explain what backward has already gone through", () => {
    const y = tensor([1, 2]).mul(2);
    const [a, b] = [y.sum(), y.prod()];
    a.backward();
    expect(failure(() => b.backward())).toMatchInlineSnapshot(
      `"InvalidBackpropError: backward: an earlier backward() has already gone through multiply of shape (2,), which this tensor was computed from; compute it again, or call backward() once on the sum of the losses"`,
    );
  });

  describe("in place", () => {
    /** The failure of a write, after which the target is as before and can be written to. */
    function refused(target: Tensor, act: (t: Tensor) => unknown): string {
      const before = target.tolist();
      const text = failure(() => act(target));
      expect(target.tolist()).toEqual(before);
      expect(target.copy().tolist()).toEqual(before);
      return text;
    }

    it("refuse a result that is larger", () => {
      expect(refused(tensor([1, 2]), (t) => t.add_(zeros([3, 2])))).toMatchInlineSnapshot(
        `"ShapeError: add_: a tensor of shape (2,) and an operand of (3, 2) give a result of (3, 2), which does not fit into it; write x = x.add(…), or reduce the operand first"`,
      );
      expect(refused(tensor([1, 2]), (t) => t.mul_([1, 2, 3]))).toMatchInlineSnapshot(
        `"ShapeError: mul_: a tensor of shape (2,) and an operand of (3,) do not broadcast; reshape the operand"`,
      );
      expect(refused(tensor([1, 2]), (t) => t.set_("1:", [1, 2]))).toMatchInlineSnapshot(
        `"ShapeError: set_: a value of shape (2,) does not broadcast to the selected part, of shape (1,); select as many elements as the value has, or reshape it"`,
      );
    });

    it("refuse a result of a wider dtype", () => {
      expect(refused(tensor([1, 2], "int32"), (t) => t.add_(0.5))).toMatchInlineSnapshot(
        `"DTypeError: add_: the result is float64, which an array of int32 cannot hold; write x = x.add(…), or convert the operand with astype("int32")"`,
      );
      expect(refused(tensor([1, 2], "int32"), (t) => t.div_(2))).toMatchInlineSnapshot(
        `"DTypeError: div_: the result is float64, which an array of int32 cannot hold; write x = x.div(…), or convert the operand with astype("int32")"`,
      );
      expect(refused(tensor([true, false]), (t) => t.add_(1))).toMatchInlineSnapshot(
        `"DTypeError: add_: the result is int32, which an array of bool cannot hold; write x = x.add(…), or convert the operand with astype("bool")"`,
      );
      expect(refused(tensor([true, false]), (t) => t.mul_(true))).toMatchInlineSnapshot(
        `"DTypeError: mul_: not defined on bool; use set_ with logicalAnd, logicalOr or logicalXor"`,
      );
    });

    it("refuse an index out of bounds", () => {
      expect(refused(tensor([1, 2]), (t) => t.set_(2, 0))).toMatchInlineSnapshot(
        `"IndexError: set_: index [2] of shape (2,): index 2 is out of bounds for axis 0 with size 2; use -2 to 1, or a slice, which is clamped"`,
      );
      expect(refused(tensor([1, 2]), (t) => t.set_("0, 1", 0))).toMatchInlineSnapshot(
        `"IndexError: set_: index [0, 1] of shape (2,): too many indices: 2 for 1 axis; drop some, or add axes with newaxis"`,
      );
    });

    it("refuse a view of elements named more than once", () => {
      const write = (t: Tensor): unknown => broadcastTo(t, [2, 2]).add_(1);
      expect(refused(tensor([1, 2]), write)).toMatchInlineSnapshot(
        `"ShapeError: add_: this view of shape (2, 2) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()"`,
      );
      expect(refused(tensor([1, 2]), (t) => t.broadcastTo([2, 2]).set_(":, 0", 1))).toMatchInlineSnapshot(
        `"ShapeError: set_: this view of shape (2,) names some elements more than once (it was broadcast); write to the tensor it was made from, or to a copy()"`,
      );
    });

    it("refuse a disposed operand", () => {
      const gone = tensor([1, 2]);
      gone.dispose();
      expect(refused(tensor([1, 2]), (t) => t.add_(gone))).toMatchInlineSnapshot(
        `"DisposedError: add_: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()"`,
      );
      expect(refused(tensor([1, 2]), (t) => t.set_([], gone))).toMatchInlineSnapshot(
        `"DisposedError: set_: this tensor of shape (2,) was disposed; drop the dispose() or read it before, or return it from the scope()"`,
      );
    });

    it("leave the gradient, too", () => {
      const x = tensor([1, 2]);
      x.mul(x).sum().backward();
      expect(failure(() => x.add_([1, 2, 3]))).toContain("ShapeError: add_");
      expect(x.grad?.tolist()).toEqual([2, 4]);
    });
  });
});

describe("a backend", () => {
  it("must be one that there is", async () => {
    const refused = await setBackend("webgpu" as BackendName).catch((e: unknown) => e);
    const raise = (): never => {
      throw refused;
    };
    expect(failure(raise)).toMatchInlineSnapshot(
      `"BackendError: setBackend: no backend is named "webgpu"; there are "wasm", "webgl", "reference", "auto""`,
    );
  });

  it("must be ready before something is computed without waiting", async () => {
    vi.resetModules();
    const fresh = await import("../../src/index.ts");
    const refusal = (act: () => unknown): string => {
      try {
        act();
      } catch (e) {
        expect(e).toBeInstanceOf(fresh.BackendError);
        return `${(e as Error).name}: ${(e as Error).message}`;
      }
      throw new Error("nothing was thrown");
    };
    const y = fresh.tensor([1, 2]).add(1);
    expect(fresh.getBackend()).toBeNull();
    expect(refusal(() => y.dataSync())).toMatchInlineSnapshot(
      `"BackendError: dataSync: no backend is ready yet, and this call cannot wait for one; first "await ready()" or "await setBackend('wasm')", or read with "await t.data()""`,
    );
    expect(refusal(() => y.sum().item())).toMatchInlineSnapshot(
      `"BackendError: item: no backend is ready yet, and this call cannot wait for one; first "await ready()" or "await setBackend('wasm')", or read with "await t.data()""`,
    );
    expect(String(y)).toMatchInlineSnapshot(`"<tensor of shape (2,), float32, not computed: no backend is ready>"`);
    expect(fresh.stats()).toEqual({ compiled: 0, runs: 0, heapBytes: 0, heldBytes: 0 });
    // What is known can be read, and the same tensor after waiting.
    expect(fresh.tensor([1, 2]).tolist()).toEqual([1, 2]);
    expect([...(await y.data())]).toEqual([2, 3]);
    expect(fresh.getBackend()).toBe("wasm");
    expect(y.tolist()).toEqual([2, 3]);
  });
});
