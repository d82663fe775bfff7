import { expect, it } from 'vitest';
import { lines } from './lines';

it('one a line', () => {
  expect(lines(' https://a.example/back\r\n\n  https://b.example/back \n')).toEqual(['https://a.example/back', 'https://b.example/back']);
  expect(lines(' \n')).toEqual([]);
});
