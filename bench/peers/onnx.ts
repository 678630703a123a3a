import protobuf from "protobufjs";
import type { Data } from "../data.ts";

/** The part of ONNX's format that is written here. The numbers are those of onnx.proto. */
const SCHEMA = `
syntax = "proto3";
message Attribute {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20;
}
message Node {
  repeated string input = 1; repeated string output = 2; string name = 3; string opType = 4; repeated Attribute attribute = 5;
}
message Tensor { repeated int64 dims = 1; int32 dataType = 2; string name = 8; bytes rawData = 9; }
message Dimension { int64 dimValue = 1; }
message Shape { repeated Dimension dim = 1; }
message TensorType { int32 elemType = 1; Shape shape = 2; }
message Type { TensorType tensorType = 1; }
message ValueInfo { string name = 1; Type type = 2; }
message Graph {
  repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated ValueInfo input = 11;
  repeated ValueInfo output = 12;
}
message OperatorSet { string domain = 1; int64 version = 2; }
message Model { int64 irVersion = 1; repeated OperatorSet opsetImport = 8; Graph graph = 7; }
`;

const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const ELEMENT = { float32: 1, int32: 6, int64: 7 } as const;
const OPSET = 20;

/** A whole number or a list of them, a string, or a number written as `{ float: 1 }`. */
type Attribute = number | readonly number[] | string | { readonly float: number };

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, i: value, type: ATTRIBUTE.int };
  if (typeof value === "string") return { name, s: Buffer.from(value), type: ATTRIBUTE.string };
  if ("float" in value) return { name, f: value.float, type: ATTRIBUTE.float };
  return { name, ints: value, type: ATTRIBUTE.ints };
}

const elementOf = ({ values }: Data): number => (values instanceof Int32Array ? ELEMENT.int32 : ELEMENT.float32);

/** Writes an ONNX model: parameters are part of it, inputs are fed. Values are known by their names. */
export class OnnxGraph {
  private readonly nodes: object[] = [];
  private readonly initializers: object[] = [];
  private readonly inputs: object[] = [];

  constructor(data: Record<string, Data>) {
    for (const [name, each] of Object.entries(data)) {
      const { shape, values, role } = each;
      if (role === "parameter") this.initialize(name, shape, elementOf(each), values);
      else {
        const dim = shape.map((dimValue) => ({ dimValue }));
        this.inputs.push({ name, type: { tensorType: { elemType: elementOf(each), shape: { dim } } } });
      }
    }
  }

  /** One operator; its result. */
  op(opType: string, input: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const output = `v${this.nodes.length}`;
    const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    this.nodes.push({ name: output, opType, input, output: [output], attribute });
    return output;
  }

  /** A constant scalar. */
  scalar(value: number): string {
    return this.initialize(`c${this.initializers.length}`, [], ELEMENT.float32, new Float32Array([value]));
  }

  /** A constant list of whole numbers: axes or a shape. */
  integers(...values: readonly number[]): string {
    const list = new BigInt64Array(values.map(BigInt));
    return this.initialize(`c${this.initializers.length}`, [values.length], ELEMENT.int64, list);
  }

  private initialize(name: string, dims: readonly number[], dataType: number, values: ArrayBufferView): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.initializers.push({ name, dims, dataType, rawData });
    return name;
  }

  /** The model's file. */
  encode(result: string): Uint8Array {
    const output = [{ name: result, type: { tensorType: { elemType: ELEMENT.float32 } } }];
    const graph = { name: "g", node: this.nodes, initializer: this.initializers, input: this.inputs, output };
    const model = protobuf.parse(SCHEMA, { keepCase: false }).root.lookupType("Model");
    return model.encode(model.fromObject({ irVersion: 9, opsetImport: [{ version: OPSET }], graph })).finish();
  }
}
