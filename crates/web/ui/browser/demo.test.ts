// The demo page: a move in one provider's pane is measured in the other three, explained and undone.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, openStage, type Stage } from './harness.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const panes = ['google', 'microsoft', 'caldav', 'hub'];
const title = 'Wisdom tooth: Berg';
const block = (page: Page, pane: string, name = title) => page.locator(`[data-pane=${pane}] .block[data-title="${name}"]`);
const starts = (page: Page, name = title) => Promise.all(panes.map((pane) => block(page, pane, name).getAttribute('data-start')));

async function open(): Promise<{ page: Page; errors: string[] }> {
  const opened = await openPage(stage, '/demo');
  opened.page.setDefaultTimeout(10_000);
  for (const pane of panes) await block(opened.page, pane).waitFor();
  return opened;
}

async function drag(page: Page, pane: string, dy: number): Promise<void> {
  const box = (await block(page, pane).boundingBox())!;
  await page.mouse.move(box.x + 20, box.y + 6);
  await page.mouse.down();
  await page.mouse.move(box.x + 20, box.y + 6 + dy / 2, { steps: 3 });
  await page.mouse.move(box.x + 20, box.y + 6 + dy, { steps: 3 });
  await page.mouse.up();
}

const measured = (page: Page) => page.waitForFunction(() => document.querySelectorAll('[data-ms]').length === 3);

describe.each(panes)('from %s', (pane) => {
  it('a drag reaches the other three, measured, with its trail, and back', async () => {
    const { page, errors } = await open();
    const before = (await starts(page))[0];
    await drag(page, pane, 80);
    await measured(page);
    const after = await starts(page);
    expect(new Set(after).size).toBe(1);
    expect(after[0]).not.toBe(before);
    for (const ms of await page.locator('[data-ms]').evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-ms'))))) {
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThan(5000);
    }
    await page.locator('.trail li').first().waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.waitForFunction(([panes, title, before]) => panes!.every((pane) => document.querySelector(`[data-pane=${pane}] .block[data-title="${title}"]`)?.getAttribute('data-start') === before), [panes, title, before] as [string[], string, string | null]);
    for (const name of ['lost', 'doubled', 'echoed', 'mails']) expect(await page.locator(`[data-counter=${name}]`).textContent()).toBe('0');
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

it('moves with the arrow keys', async () => {
  const { page } = await open();
  const before = Number((await starts(page))[1]);
  await block(page, 'microsoft').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await measured(page);
  expect(Number((await starts(page))[0])).toBe(before + 30 * 60_000);
  await page.context().close();
});

it('counts what is lost and what is doubled', async () => {
  const { page } = await open();
  // The iPhone's server forgets one appointment, and Google shows another twice.
  await page.route('**/mock/caldav/cal-caldav/', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll('SUMMARY:Wisdom tooth: Berg', 'SUMMARY:Something else') });
  });
  await page.route('**/mock/google/**', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { items: { summary: string }[] };
    await route.fulfill({ response, json: { ...body, items: [...body.items, ...body.items.filter((item) => item.summary === 'Cleaning: Brandt')] } });
  });
  await page.waitForFunction(() => document.querySelector('[data-counter=lost]')?.textContent === '2', null, { timeout: 20_000 });
  await page.waitForFunction(() => document.querySelector('[data-counter=doubled]')?.textContent === '1', null, { timeout: 20_000 });
  await page.context().close();
});

it('shows the private title once, and busy in Practice', async () => {
  const { page } = await open();
  const strip = page.locator('section', { has: page.getByText('One way into Practice') });
  await strip.getByText('Physiotherapy, knee').waitFor();
  await strip.getByText('in 4 of 4 panes, its title in none').first().waitFor();
  expect(await page.locator('[data-pane] [data-title="Physiotherapy, knee"]').count()).toBe(0);
  await page.context().close();
});

it('goes on while the plug is out', async () => {
  const { page } = await open();
  await page.getByRole('button', { name: 'Pull the plug' }).click();
  await page.locator('[data-pane=hub]').getByText('cannot be reached').waitFor();
  await drag(page, 'google', 80);
  await measured(page);
  expect(new Set(await starts(page)).size).toBe(1);
  await page.context().close();
});

/** Monday to Sunday. */
const week = Array.from({ length: 7 }, (_, index) => `2026-11-${23 + index}`);

it.each(week)('has two full days in every pane on %s', async (day) => {
  const { page } = await openPage(stage, '/demo', { now: Date.parse(`${day}T09:00:00Z`) });
  for (const pane of panes) await page.locator(`[data-pane=${pane}] .block`).nth(7).waitFor({ timeout: 10_000 });
  const shown = await page.locator('[data-pane=google] .block').evaluateAll((all) => all.map((one) => new Date(Number(one.getAttribute('data-start'))).toDateString()));
  const days = [...new Set(shown)];
  expect(days).toHaveLength(2);
  for (const one of days) expect(shown.filter((other) => other === one).length).toBeGreaterThanOrEqual(4);
  await page.locator('section', { has: page.getByText('One way into Practice') }).getByText('its title in none').first().waitFor();
  await page.context().close();
});
