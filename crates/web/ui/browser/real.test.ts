// What a person sees of `kalends demo` itself: the built program with the web app in it, three stand-ins and a real browser.
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daysFrom } from '../src/demo/layout.ts';
import { addDays, weekStart } from '../src/calendar/time.ts';
import { executablePath, watchErrors } from './harness.ts';
import { atGoogle, openPractice, rewriteAtGoogle, type GoogleEvent, type Practice } from './practice.ts';

const program = process.env.KALENDS_BIN;
if (!program) {
  const missing = 'KALENDS_BIN does not name the built kalends, so the demo itself was not looked at';
  if (process.env.KALENDS_REQUIRE_ALL) throw new Error(missing);
  process.stdout.write(`SKIPPED: ${missing}\n`);
}

const panes = ['google', 'microsoft', 'caldav', 'hub'];
/** How long a change may take to be everywhere; the machine may be busy. */
const everywhere_ms = 20_000;
/** How long it takes until all that is linked has been copied for the first time: CalDAV accounts are not hurried. */
const filled_ms = 60_000;
/** The day that the demo shows first, and the Monday of its week. */
const [first] = daysFrom(new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin' }).format(), 1);
const monday = weekStart(first!);

let practice: Practice;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let errors: string[];

const block = (pane: string, title: string) => page.locator(`[data-pane=${pane}] .block[data-title="${title}"]`).first();
const titled = (title: string) => page.locator('.grid .ec-event', { has: page.locator(`[data-title="${title}"]`) });
const toast = (text: string) => page.locator('.toast', { hasText: text }).waitFor();
const counter = (name: string) => page.locator(`[data-counter=${name}]`).textContent();

async function go(path: string): Promise<void> {
  await page.goto(practice.root.replace(/\/$/, '') + path);
}

async function openDemo(): Promise<void> {
  await go('/demo');
  for (const pane of panes) await page.locator(`[data-pane=${pane}] .block`).first().waitFor();
}

let turn = 0;

/** A treatment that all four panes show, another one each time: the hub stops what gets the same value again and again. */
async function someTitle(): Promise<string> {
  const blocks = page.locator('[data-pane=google] .block[data-title*=": "]:not([data-title^="Call"])');
  const titles = await blocks.evaluateAll((all) => all.map((one) => one.getAttribute('data-title')!));
  const title = titles[turn++ % titles.length];
  for (const pane of panes) await block(pane, title!).waitFor({ timeout: filled_ms });
  return title!;
}

/** Length of the first one. */
const minutes = ([event]: GoogleEvent[]) => (Date.parse(event!.end.dateTime!) - Date.parse(event!.start.dateTime!)) / 60_000;

async function drag(pane: string, title: string, dy: number): Promise<void> {
  const box = (await block(pane, title).boundingBox())!;
  await page.mouse.move(box.x + 20, box.y + 6);
  await page.mouse.down();
  await page.mouse.move(box.x + 20, box.y + 6 + dy / 2, { steps: 3 });
  await page.mouse.move(box.x + 20, box.y + 6 + dy, { steps: 3 });
  await page.mouse.up();
}

const measured = () => page.waitForFunction(() => document.querySelectorAll('[data-ms]').length === 3, null, { timeout: everywhere_ms });
const starts = (title: string) => Promise.all(panes.map((pane) => block(pane, title).getAttribute('data-start')));
const allAt = (title: string, start: string) => expect.poll(() => starts(title), { timeout: everywhere_ms }).toEqual(panes.map(() => start));

/** Drags, waits until the other three have followed, and puts it back. */
async function thereAndBack(pane: string): Promise<void> {
  const title = await someTitle();
  const before = (await block(pane, title).getAttribute('data-start'))!;
  await drag(pane, title, 60);
  await measured();
  const after = await starts(title);
  expect(new Set(after).size).toBe(1);
  expect(after[0]).not.toBe(before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await allAt(title, before);
}

/** The browser notes each request that gets no answer; here they are meant to get none. */
function forgetLost(from: number): void {
  errors.push(...errors.splice(from).filter((error) => !error.includes('net::ERR')));
}

/** So many times the page has read everything again. */
async function rounds(n: number): Promise<void> {
  for (let round = 0; round < n; round++) await page.waitForResponse((response) => response.url().endsWith('/demo/state'));
}

async function countersStayZero(): Promise<void> {
  for (const name of ['lost', 'doubled', 'echoed', 'mails']) expect([name, await counter(name)]).toEqual([name, '0']);
}

describe.skipIf(!program)('kalends demo', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    practice = await openPractice(program!);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'Europe/Berlin' });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    errors = watchErrors(page);
  });
  afterAll(async () => {
    await browser?.close();
    await practice?.stop();
  });

  it('signs in by the printed link, and shows a full week', async () => {
    await page.goto(practice.link);
    await page.getByRole('link', { name: 'Demo' }).waitFor();
    await go(`/?view=week&date=${monday}`);
    await expect.poll(() => page.locator('.grid .ec-event').count(), { timeout: everywhere_ms }).toBeGreaterThan(20);
    const linked = page.locator('.grid .ec-event', { has: page.locator('[data-title^="Cleaning"]') }).first();
    await expect.poll(() => linked.locator('svg[role=img]').count(), { timeout: filled_ms }).toBe(3);
  });

  it('leads through the tour: drag, watch, ask why, undo', async () => {
    await openDemo();
    const title = await someTitle();
    const before = (await block('hub', title).getAttribute('data-start'))!;
    const step = (n: number) => page.getByRole('complementary', { name: `Tour, step ${n} of 4` }).waitFor({ timeout: everywhere_ms });
    await step(1);
    await drag('google', title, 60);
    await measured();
    await step(3);
    await page.locator('.trail li').first().waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await step(4);
    await page.getByRole('button', { name: 'Undo' }).click();
    await allAt(title, before);
    await page.getByRole('complementary', { name: /^Tour/ }).waitFor({ state: 'detached' });
  });

  it.each(panes)('carries a drag in %s to the others, and back', async (pane) => {
    await openDemo();
    await thereAndBack(pane);
    await countersStayZero();
  });

  it('tells why the others moved', async () => {
    await openDemo();
    const title = await someTitle();
    await drag('microsoft', title, 60);
    await measured();
    await page.locator('.trail').getByText('along the link «Practice»').first().waitFor({ timeout: everywhere_ms });
    await page.getByRole('button', { name: 'Undo' }).click();
    await measured();
  });

  it('shows the private appointments once, and as Busy in Practice', async () => {
    await openDemo();
    const strip = page.locator('section', { has: page.getByText('One way into Practice') });
    await strip.getByText('in 4 of 4 panes, its title in none').first().waitFor({ timeout: everywhere_ms });
    const titles = await strip.locator('li strong').allTextContents();
    expect(titles.length).toBeGreaterThan(0);
    for (const title of titles) expect(await page.locator(`[data-pane] [data-title="${title}"]`).count()).toBe(0);
  });

  it('converges while every reply to a write is lost', async () => {
    await openDemo();
    await page.getByRole('button', { name: 'Lose every reply' }).click();
    await page.getByRole('button', { name: 'Losing every reply', pressed: true }).waitFor();
    const before = errors.length;
    await thereAndBack('google');
    await countersStayZero();
    forgetLost(before);
    await page.getByRole('button', { name: 'Losing every reply' }).click();
    await page.getByRole('button', { name: 'Lose every reply', pressed: false }).waitFor();
  });

  it('converges after all tokens have expired', async () => {
    await openDemo();
    await page.getByRole('button', { name: 'Expire all tokens' }).click();
    await toast('have expired');
    await thereAndBack('caldav');
    await countersStayZero();
  });

  it('converges after its plug was pulled', async () => {
    await openDemo();
    const before = errors.length;
    await page.getByRole('button', { name: 'Pull the plug' }).click();
    await thereAndBack('microsoft');
    await page.locator('.live', { hasText: 'Live' }).waitFor({ timeout: everywhere_ms });
    await countersStayZero();
    forgetLost(before);
  });

  it('counts a write that changes nothing', async () => {
    await openDemo();
    const [event] = await atGoogle(practice.google, 'Cleaning');
    // From its second round on the page knows where counting began.
    await rounds(3);
    await thereAndBack('google');
    await rewriteAtGoogle(practice.google, event!);
    await expect.poll(() => counter('echoed'), { timeout: 40_000 }).not.toBe('0');
    // It is the only one: the writes of the drag and its undo were all explained.
    await rounds(5);
    expect(await counter('echoed')).toBe('1');
  });

  it('previews a link with the planner’s own answer', async () => {
    await go('/links/new');
    await page.locator('.pick label', { hasText: 'Private' }).click();
    await page.locator('.pick label', { hasText: 'ada@gmail.example' }).click();
    await page.getByText('One way, busy only').click();
    await page.locator('tbody tr').first().waitFor();
    await page.getByText('Busy', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Link', exact: true }).click();
    await toast('Linked');
    await page.getByRole('heading', { name: 'Private → ada@gmail.example' }).waitFor();
  });

  it('pauses that link, resumes it, and lets it show more', async () => {
    await go('/links');
    const card = page.locator('li.card', { has: page.getByRole('heading', { name: 'Private → ada@gmail.example' }) });
    await card.getByRole('button', { name: 'Pause' }).click();
    await card.getByText('paused').waitFor();
    await card.getByRole('button', { name: 'Resume' }).click();
    await card.getByText('in step').waitFor({ timeout: everywhere_ms });
    await card.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('chosen fields').click();
    await dialog.getByLabel('title', { exact: true }).check();
    await dialog.locator('tbody tr', { hasText: 'changed' }).first().waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await card.getByText('shares title').waitFor();
    await card.getByText('in step').waitFor({ timeout: everywhere_ms });
  });

  it('takes a password, and signs in with it', async () => {
    await go('/');
    await page.getByRole('button', { name: 'Account of' }).click();
    await page.getByRole('button', { name: 'Set a password' }).click();
    await page.getByLabel('New password').fill('open sesame');
    await page.getByRole('button', { name: 'Save' }).click();
    await toast('Your password is set');
    await page.getByRole('button', { name: 'Account of' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail').fill('owner@localhost');
    await page.getByLabel('Password').fill('open sesame');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Account of' }).waitFor();
  });

  it('edits this and the following, then the whole series, and Google has it', async () => {
    const week = (n: number) => go(`/?view=week&date=${addDays(monday, 7 * n)}`);
    const retitle = async (from: string, to: string, reach: string) => {
      await titled(from).click();
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByLabel('Title').fill(to);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: reach }).click();
      await toast('Saved');
    };
    await week(0);
    await retitle('Phone hour', 'Phone hour, Mila', 'This and the following');
    await titled('Phone hour, Mila').waitFor();
    await week(1);
    await titled('Phone hour, Mila').waitFor();
    await week(-1);
    await titled('Phone hour').waitFor();
    await week(1);
    await retitle('Phone hour, Mila', 'Phone hour, Emre', 'The whole series');
    await week(0);
    await titled('Phone hour, Emre').waitFor();
    const titles = async () => (await atGoogle(practice.google, 'Phone hour')).map((event) => event.summary);
    const emre = Array.from({ length: 4 }, () => 'Phone hour, Emre');
    await expect.poll(titles, { timeout: everywhere_ms }).toEqual(['Phone hour', ...emre]);
  });

  it('resizes, and Google has it', async () => {
    await go(`/?view=week&date=${monday}`);
    const title = await page.locator('.grid [data-title^="Cleaning"]').first().getAttribute('data-title');
    const event = titled(title!);
    const before = minutes(await atGoogle(practice.google, title!));
    await event.hover();
    const box = (await event.boundingBox())!;
    const [x, y] = [box.x + box.width / 3, box.y + box.height - 3];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 20, { steps: 4 });
    await page.mouse.move(x, y + 52, { steps: 4 });
    await page.mouse.up();
    await toast(`Changed “${title}”`);
    await expect.poll(async () => (await event.boundingBox())?.height).toBeGreaterThan(box.height + 30);
    await expect.poll(async () => minutes(await atGoogle(practice.google, title!)), { timeout: everywhere_ms }).toBeGreaterThan(before);
  });

  it('logged no error', () => {
    expect(errors).toEqual([]);
  });
});
