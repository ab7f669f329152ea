// Numbers as the shortest decimal digits that mean exactly them.

/** A tick's number as short as exact allows: 0.00025 is 2.5e-4, 1500000 is 1.5M; nothing is rounded. */
export function exactLabel(value: number): string {
  if (value === 0) return '0';
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const power = Number(exponent);
  const sign = value < 0 ? '−' : '';
  if (power < -3 || power >= 10) return `${sign}${mantissa}e${String(power).replace('-', '−')}`;
  const [unit, shift] = power >= 6 ? ['M', 6] : power >= 4 ? ['k', 3] : ['', 0];
  return `${sign}${placePoint(mantissa.replace('.', ''), power + 1 - Number(shift))}${unit}`;
}

/** The digits with the point after the first `before`. */
function placePoint(digits: string, before: number): string {
  if (before <= 0) return `0.${'0'.repeat(-before)}${digits}`;
  if (before >= digits.length) return digits.padEnd(before, '0');
  return `${digits.slice(0, before)}.${digits.slice(before)}`;
}
