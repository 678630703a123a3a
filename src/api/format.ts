export function formatArray(data: ArrayLike<number>, shape: readonly number[], dtype: string): string {
  return `${Array.from(data)} ${shape} ${dtype}`;
}
export function formatRepr(data: ArrayLike<number>, shape: readonly number[], dtype: string): string {
  return formatArray(data, shape, dtype);
}
