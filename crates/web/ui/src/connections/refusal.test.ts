import { expect, it } from 'vitest';
import { refusalText } from './refusal';

it('knows what a provider may answer', () => {
  expect(refusalText('access_denied')).toContain('Allow');
});

it('repeats what it does not know, and no text that somebody put into a link', () => {
  expect(refusalText('quota_gone')).toContain('“quota_gone”');
  expect(refusalText('Call <b>0800</b> now!')).toContain('“Callb0800bnow”');
});
