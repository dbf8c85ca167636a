import { fixed, grouped, rounded } from './number';

describe('rounding', () => {
  it.each([
    [0.25, 1, '0.2'],
    [0.75, 1, '0.8'],
    [-0.25, 1, '-0.2'],
    [0.35, 1, '0.3'],
    [2.5, 0, '2'],
    [3.5, 0, '4'],
    [0.125, 2, '0.12'],
    [1234.56, 1, '1234.6']
  ])('%d with %d decimals is %s', (value, digits, text) => {
    expect(fixed(value, digits)).toBe(text);
    expect(rounded(value, digits)).toBe(Number(text));
  });

  it('writes thousands apart', () => {
    expect([999, 1000, 1234567].map(grouped)).toEqual(['999', '1,000', '1,234,567']);
  });
});
