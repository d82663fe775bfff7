// After a backup was restored: what waits, against the mock hub.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, openStage, type Stage } from './harness.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

it('shows what would be written after a backup was restored, and goes on writing', async () => {
  const { page, errors } = await openPage(stage, '/activity');
  page.setDefaultTimeout(8000);
  const item = { event: 'e', calendar: 'cal-google', title: 'Crown fitting', start: '2026-11-26T09:00:00', operation: 'update', text: 'held' };
  let answer: object = { restored: '2026-11-26T09:00:00Z', items: [item] };
  await page.route('**/api/v1/held', (route) => route.fulfill({ json: answer }));
  await page.reload();
  const note = page.getByRole('group', { name: 'A backup was restored' });
  await note.getByText('1 below').waitFor();
  const held = page.getByRole('group', { name: 'Held: Crown fitting' });
  await held.getByText('would be changed').waitFor();
  expect(await held.getByRole('button').allTextContents()).toEqual(['Let it go']);
  await page.route('**/api/v1/restored/approve', (route) => {
    answer = { items: [] };
    return route.fulfill({ status: 204 });
  });
  await note.getByRole('button', { name: 'Go on writing' }).click();
  await page.locator('.toast', { hasText: 'written again' }).waitFor();
  await note.waitFor({ state: 'detached' });
  expect(errors).toEqual([]);
  await page.context().close();
});
