import { expect, it } from 'vitest';
import { refusalText } from './refusal';

it('knows what a provider may answer', () => {
  expect(refusalText('access was not granted')).toContain('choose “Allow”');
  expect(refusalText('the provider refused (server_error): connect again')).toContain('Try again in a while');
});

it('repeats what it does not know, as what it is, and no novels', () => {
  expect(refusalText('this consent was begun too long ago: connect again')).toBe('Kalends says: “this consent was begun too long ago: connect again”');
  expect(refusalText('the provider refused (quota_gone): connect again')).toContain('(quota_gone)');
  expect(refusalText('x'.repeat(5000)).length).toBeLessThan(400);
});
