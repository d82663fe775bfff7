// Pictures of every page, for looking at and for the README: `npm run test:browser -- screenshots`.
import { mkdirSync } from 'node:fs';
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
  week: '/?view=week', month: '/?view=month', agenda: '/?view=agenda', day: '/?view=day', connections: '/connections', links: '/links', activity: '/activity', conflicts: '/conflicts',
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
