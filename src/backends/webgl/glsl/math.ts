const F1: Record<string, string> = {
  exp: "exp(a)",
  log: "log(a)",
  sqrt: "sqrt(a)",
  sin: "sin(a)",
  cos: "cos(a)",
  tan: "tan(a)",
  abs: "abs(a)",
  floor: "floor(a)",
  ceil: "ceil(a)",
  trunc: "trunc(a)",
  rint: "roundEven(a)",
  tanh: "(abs(a) > 20.0 ? sign(a) : tanh(a))",
  sinh: "sinh(a)",
  cosh: "cosh(a)",
  asin: "asin(a)",
  acos: "acos(a)",
  atan: "atan(a)",
  asinh: "asinh(a)",
  acosh: "acosh(a)",
  atanh: "atanh(a)",
  expm1: "exp(a) - 1.0",
  log1p: "log(1.0 + a)",
  log2: "log2(a)",
  log10: "log(a) / log(10.0)",
  cbrt: "sign(a) * pow(abs(a), 1.0/3.0)",
  erf: "a",
  erfc: "a",
};
const F2: Record<string, string> = {
  max: "(a > b || m_isnan(a) ? a : b)",
  min: "(a < b || m_isnan(a) ? a : b)",
  div: "a / b",
  pow: "pow(a, b)",
  atan2: "atan(a, b)",
  mod: "mod(a, b)",
  rem: "a - b * trunc(a / b)",
  floorDiv: "floor(a / b)",
};
const I2: Record<string, string> = {
  floorDivInt: "b == 0 ? 0 : int(floor(float(a) / float(b)))",
  modInt: "b == 0 ? 0 : ((a % b) + b) % b",
  remInt: "b == 0 ? 0 : a % b",
  powInt: "int(pow(float(a), float(b)))",
};
export const isMathFunction = (name: string): boolean => name in F1 || name in F2;
export function mathSource(names: ReadonlySet<string>): string {
  let s = "bool m_isnan(float a) { return (floatBitsToUint(a) & 0x7fffffffu) > 0x7f800000u; }\n";
  for (const n of names) {
    if (n === "toInt")
      s +=
        "int m_toInt(float a) { return m_isnan(a) ? 0 : a >= 2147483648.0 ? 2147483647 : a <= -2147483648.0 ? (-2147483647 - 1) : int(a); }\n";
    if (F1[n]) s += `float m_${n}(float a) { return ${F1[n]}; }\n`;
    if (F2[n]) s += `float m_${n}(float a, float b) { return ${F2[n]}; }\n`;
    if (I2[n]) s += `int m_${n}(int a, int b) { return ${I2[n]}; }\n`;
  }
  return s;
}
