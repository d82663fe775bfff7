// Every page through axe-core, in both themes and on a phone.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, openStage, type Look, type Stage } from './harness.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const looks: Record<string, Look> = { light: {}, dark: { dark: true }, phone: { width: 390, height: 844, touch: true } };
const pages = ['/?view=week', '/?view=month', '/?view=agenda', '/connections', '/links', '/links/new', '/activity', '/conflicts', '/programs', '/demo'];

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] }> } };
    return (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })).violations;
  });
  // EventCalendar's own table roles; the agenda shows the same appointments as plain lists, and passes whole.
  const theirs = (id: string, target: string[]) => id.startsWith('aria-required-') && target.join(' ').startsWith('.ec');
  return found.flatMap(({ id, nodes }) => nodes.filter((node) => !theirs(id, node.target)).slice(0, 3).map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary.split('\n')[1]?.trim()}`));
}

describe.each(Object.entries(looks))('%s', (_, look) => {
  it.each(pages)('%s', async (path) => {
    const { page } = await openPage(stage, path, look);
    await page.waitForTimeout(path === '/demo' ? 1500 : 500);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });
});

/** Opens something, and looks at it. */
const dialogs: Record<string, { path: string; open: (page: Page) => Promise<void> }> = {
  'the account and its password': {
    path: '/?view=week',
    open: async (page) => {
      await page.getByRole('button', { name: 'Account of' }).click();
      await page.getByRole('button', { name: 'Change the password' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByLabel('New password').waitFor();
    },
  },
  'registering a program': {
    path: '/programs',
    open: async (page) => {
      await page.getByRole('button', { name: 'Register a program' }).click();
      await page.getByLabel('Redirect URIs').fill('https://booking.example/back');
      await page.getByLabel('Name').fill('Booking');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Register', exact: true }).click();
      await page.getByText('s3cret-of-this-program').waitFor();
    },
  },
  'changing a link': {
    path: '/links',
    open: async (page) => {
      await page.getByRole('button', { name: 'Change' }).first().click();
      await page.getByRole('dialog').getByLabel('busy only').check();
      await page.getByRole('dialog').locator('tbody tr').first().waitFor();
    },
  },
};

it.each(Object.entries(dialogs))('%s', async (_, { path, open }) => {
  for (const look of Object.values(looks)) {
    const { page } = await openPage(stage, path, look);
    await open(page);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  }
});

it('dialogs and popovers', async () => {
  const { page } = await openPage(stage, '/?view=week');
  await page.locator('[data-title="Filling: Ferrari"]').first().click();
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  await page.waitForTimeout(250);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('dialog', { name: 'Edit appointment' }).waitFor();
  await page.waitForTimeout(250);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
});
