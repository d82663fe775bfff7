// Pictures of every page, for looking at and for the README: `npm run test:browser -- screenshots`.
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, openStage, type Look, type Stage } from './harness.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const folder = new URL('./screenshots/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const looks: Record<string, Look> = { light: {}, dark: { dark: true }, phone: { width: 390, height: 844, touch: true } };
const pages: Record<string, string> = {
  week: '/?view=week', month: '/?view=month', agenda: '/?view=agenda', day: '/?view=day', connections: '/connections', links: '/links', activity: '/activity', conflicts: '/conflicts', programs: '/programs',
  newlink: '/links/new', demo: '/demo',
};

describe.each(Object.entries(looks))('%s', (lookName, look) => {
  it.each(Object.entries(pages))('%s', async (name, path) => {
    const { page, errors } = await openPage(stage, path, look);
    await page.waitForLoadState('load');
    await page.waitForTimeout(name === 'demo' ? 1500 : 500);
    await page.screenshot({ path: `${folder}${name}-${lookName}.png` });
    await page.context().close();
    expect(errors).toEqual([]);
  });
});

/** Somebody says which appointments go through a link. */
async function filtering(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Change' }).nth(1).click();
  await page.getByText('Only some appointments').click();
  await page.getByLabel('only what touches these hours').check();
  await page.getByLabel('Without these words').fill('lunch');
  await page.locator('tbody tr').first().waitFor();
  await page.getByText('Only some appointments').scrollIntoViewIfNeeded();
}

/** Things in the middle of being done, which is what a README shows. */
const scenes: Record<string, { path: string; look?: Look; act: (page: Page) => Promise<void> }> = {
  publish: {
    path: '/programs',
    act: async (page) => {
      await page.getByRole('button', { name: 'Publish a calendar' }).click();
      await page.getByRole('dialog').getByRole('combobox').selectOption('cal-local');
      await page.getByLabel('When, what and where').check();
    },
  },
  popover: {
    path: '/?view=week',
    act: async (page) => {
      await page.locator('[data-title="Implant consult: Weiss"]').click();
      await page.getByRole('button', { name: 'Edit' }).waitFor();
    },
  },
  quick: {
    path: '/?view=week',
    act: async (page) => {
      await page.mouse.move(1400, 400);
      await page.mouse.down();
      await page.mouse.move(1400, 470, { steps: 5 });
      await page.mouse.up();
      await page.keyboard.type('Stock order');
    },
  },
  editor: {
    path: '/?view=week',
    act: async (page) => {
      await page.locator('[data-title="Recall calls"]').click();
      await page.getByRole('button', { name: 'Edit' }).click();
    },
  },
  preview: {
    path: '/links/new',
    act: async (page) => {
      await page.locator('.pick label', { hasText: 'Ada, private' }).click();
      await page.locator('.pick label', { hasText: 'Hygiene course' }).click();
      await page.getByText('One way, busy only').click();
      await page.locator('tbody tr').first().waitFor();
    },
  },
  filter: { path: '/links', act: filtering },
  'filter-phone': { path: '/links', look: looks.phone!, act: filtering },
  drawer: { path: '/', look: looks.phone!, act: (page) => page.getByRole('button', { name: 'Calendars' }).click() },
  moved: {
    path: '/demo',
    act: async (page) => {
      const block = page.locator('[data-pane=google] .block[data-title="Wisdom tooth: Berg"]');
      await page.getByRole('button', { name: 'Close the tour' }).click();
      const box = (await block.boundingBox())!;
      await page.mouse.move(box.x + 40, box.y + 8);
      await page.mouse.down();
      await page.mouse.move(box.x + 40, box.y + 92, { steps: 6 });
      await page.mouse.up();
      await page.waitForFunction(() => document.querySelectorAll('[data-ms]').length === 3);
      await page.mouse.move(5, 5);
      await page.waitForTimeout(1000);
    },
  },
};

it.each(Object.entries(scenes))('scene: %s', async (name, { path, look, act }) => {
  const { page, errors } = await openPage(stage, path, look);
  await page.waitForTimeout(900);
  await act(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${folder}scene-${name}.png` });
  await page.context().close();
  expect(errors).toEqual([]);
});
