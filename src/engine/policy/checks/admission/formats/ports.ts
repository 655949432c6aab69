export function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65535;
}
