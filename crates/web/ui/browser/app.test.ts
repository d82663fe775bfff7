// What a person does, in a real browser, against the mock hub.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, openStage, type Look, type Stage } from './harness.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** Runs `act` on a fresh page, and fails if the page logged an error. */
async function on(path: string, act: (page: Page) => Promise<void>, look?: Look): Promise<void> {
  const { page, errors } = await openPage(stage, path, look);
  page.setDefaultTimeout(8000);
  try {
    await page.waitForSelector('header');
    await act(page);
    expect(errors).toEqual([]);
  } finally {
    await page.context().close();
  }
}

const titled = (page: Page, title: string) => page.locator('.grid .ec-event', { has: page.locator(`[data-title="${title}"]`) });
const toast = (page: Page, text: string) => page.locator('.toast', { hasText: text }).waitFor();

async function dragBy(page: Page, box: { x: number; y: number; width: number; height: number }, dx: number, dy: number): Promise<void> {
  const [x, y] = [box.x + box.width / 3, box.y + Math.min(8, box.height / 2)];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + dx / 2, y + dy / 2, { steps: 4 });
  await page.mouse.move(x + dx, y + dy, { steps: 4 });
  await page.mouse.up();
}

/** A working day of the seeded week that is not at its edge. */
const single = 'Filling: Ferrari';

describe('calendar', () => {
  it('shows linked copies once, with a badge per platform', () =>
    on('/?view=week', async (page) => {
      await titled(page, single).waitFor();
      expect(await titled(page, single).count()).toBe(1);
      expect(await titled(page, single).locator('svg[role=img]').count()).toBe(3);
    }));

  it('says that an occurrence stands beside its series', () =>
    on('/?view=week', async (page) => {
      await page.route('**/api/v1/occurrences?*', async (route) => {
        const response = await route.fetch();
        const answer = (await response.json()) as { occurrences: { title: string }[] };
        await route.fulfill({ response, json: { ...answer, occurrences: answer.occurrences.map((one) => ({ ...one, extra: one.title === single })) } });
      });
      await page.reload();
      await titled(page, single).click();
      await page.getByText('Beside its series, whose rule gives no such time.').waitFor();
    }));

  it('creates by dragging over free time, and undoes', () =>
    on('/?view=week', async (page) => {
      await titled(page, single).waitFor();
      const sunday = page.locator('.grid .ec-body .ec-day').last();
      const box = (await sunday.boundingBox())!;
      await page.mouse.move(box.x + 40, 420);
      await page.mouse.down();
      await page.mouse.move(box.x + 40, 500, { steps: 6 });
      await page.mouse.up();
      await page.keyboard.type('Inventory');
      await page.getByRole('button', { name: 'Save' }).click();
      await toast(page, 'Created “Inventory”');
      await titled(page, 'Inventory').waitFor();
      await page.locator('.toast').getByText('Undo').click();
      await toast(page, 'Undone');
      await titled(page, 'Inventory').waitFor({ state: 'detached' });
    }));

  it('moves by dragging', () =>
    on('/?view=week', async (page) => {
      await titled(page, single).waitFor();
      await dragBy(page, (await titled(page, single).boundingBox())!, 0, 52);
      await toast(page, `Moved “${single}”`);
      await titled(page, single).getByText('10:00 – 11:00').waitFor();
    }));

  it('takes a change back when somebody was faster, and says so', () =>
    on('/?view=week', async (page) => {
      await titled(page, single).waitFor();
      await page.route('**/api/v1/events/*', (route) => (route.request().method() === 'PATCH' ? route.fulfill({ status: 412, contentType: 'application/problem+json', body: '{"title":"stale","status":412}' }) : route.fallback()));
      await dragBy(page, (await titled(page, single).boundingBox())!, 0, 52);
      await toast(page, 'was changed somewhere else');
      await titled(page, single).getByText('09:00 – 10:00').waitFor();
    }));

  it('asks which part of a series is meant', () =>
    on('/?view=week', async (page) => {
      const calls = titled(page, 'Recall calls');
      await calls.click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'This appointment' }).click();
      await toast(page, 'Deleted “Recall calls”');
      await calls.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Earlier', exact: true }).click();
      await calls.waitFor();
    }));

  it('edits everything in the editor, and only what changed is sent', () =>
    on('/?view=week', async (page) => {
      await titled(page, single).click();
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByLabel('Title').fill('Filling: Ferrari and son');
      await page.getByLabel('Repeats').selectOption('weekly');
      await page.getByLabel('Reminder').selectOption('15');
      const sent = page.waitForRequest((request) => request.method() === 'PATCH');
      await page.getByRole('button', { name: 'Save' }).click();
      expect(Object.keys((await sent).postDataJSON() as object).sort()).toEqual(['alerts', 'recurrenceRules', 'title']);
      await toast(page, 'Saved');
      await titled(page, 'Filling: Ferrari and son').waitFor();
    }));

  it('tells why', () =>
    on('/?view=week', async (page) => {
      await titled(page, single).waitFor();
      await dragBy(page, (await titled(page, single).boundingBox())!, 0, 52);
      await toast(page, 'Moved');
      await titled(page, single).click();
      await page.getByRole('button', { name: 'Why' }).click();
      await page.getByText('Changed by Ada Lindqvist in Kalends').waitFor();
    }));

  it('obeys the keyboard', () =>
    on('/?view=week', async (page) => {
      await titled(page, single).waitFor();
      await page.keyboard.press('m');
      await page.locator('.ec-day-grid').waitFor();
      await page.keyboard.press('d');
      expect(new URL(page.url()).searchParams.get('view')).toBe('day');
      const before = new URL(page.url()).searchParams.get('date');
      await page.keyboard.press('ArrowRight');
      expect(new URL(page.url()).searchParams.get('date')).not.toBe(before);
      await page.keyboard.press('t');
      expect(new URL(page.url()).searchParams.get('date')).toBe(before);
      await page.keyboard.press('a');
      await page.locator('.agenda').waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('n');
      await page.getByRole('dialog', { name: 'New appointment' }).waitFor();
    }));

  it('hides a calendar at once', () =>
    on('/?view=week', async (page) => {
      await titled(page, 'Painter in the waiting room').waitFor();
      await page.getByLabel('Renovation', { exact: true }).click();
      await titled(page, 'Painter in the waiting room').waitFor({ state: 'detached' });
    }));

  it('becomes an agenda with a drawer on a phone', () =>
    on('/', async (page) => {
      await page.locator('.agenda').waitFor();
      await page.getByRole('button', { name: 'Calendars' }).click();
      await page.getByText('ada@practice.example').waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    }, { width: 390, height: 844, touch: true }));
});

describe('the other pages', () => {
  it('make a password for a device, and lock it out', () =>
    on('/programs', async (page) => {
      await page.getByRole('button', { name: 'New app password' }).click();
      await page.getByRole('textbox', { name: 'Device' }).fill('Laptop');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByText('qwkT5-one-of-a-kind').waitFor();
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('heading', { name: 'Laptop', exact: true }).waitFor();
      await page.getByRole('button', { name: 'Lock out Laptop' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Lock out Laptop' }).click();
      await page.getByRole('heading', { name: 'Laptop', exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('heading', { name: 'iPhone at the desk', exact: true }).waitFor();
    }));

  it('register a program, and remove it', () =>
    on('/programs', async (page) => {
      await page.getByRole('button', { name: 'Register a program' }).click();
      await page.getByLabel('Name').fill('Booking');
      await page.getByLabel('Redirect URIs').fill('https://booking.example/back\n');
      await page.getByLabel('seeing events, never').check();
      const sent = page.waitForRequest((request) => request.method() === 'POST');
      await page.getByRole('button', { name: 'Register', exact: true }).click();
      expect((await sent).postDataJSON()).toEqual({ name: 'Booking', redirectUris: ['https://booking.example/back'], scopes: ['calendar.read'], confidential: true });
      await page.getByText('s3cret-of-this-program').waitFor();
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Remove Booking' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove Booking' }).click();
      await page.getByRole('heading', { name: 'Booking', exact: true }).waitFor({ state: 'detached' });
    }));

  it('publish a calendar, give the feed another address, and end it', () =>
    on('/programs', async (page) => {
      await page.getByRole('heading', { name: 'Waiting room screen' }).waitFor();
      await page.getByText('Practice: only when the time is taken').waitFor();
      await page.getByRole('button', { name: 'Publish a calendar' }).click();
      await page.getByRole('dialog').getByRole('combobox').selectOption('cal-local');
      await page.getByLabel('Who gets the address').fill('Website');
      await page.getByLabel('When, what and where').check();
      const sent = page.waitForRequest((request) => request.method() === 'POST');
      await page.getByRole('button', { name: 'Publish', exact: true }).click();
      const request = await sent;
      expect(new URL(request.url()).pathname).toBe('/api/v1/calendars/cal-local/feeds');
      expect(request.postDataJSON()).toEqual({ name: 'Website', shows: 'outline', showPrivate: false });
      await page.getByText('https://kalends.example/feeds/one-secret/practice.ics').waitFor();
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByText('Renovation: when, what and where').waitFor();
      await page.getByRole('button', { name: 'New address for Website' }).click();
      await page.getByText('another-secret').waitFor();
      await page.getByText('leads nowhere any more').waitFor();
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'End Website' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'End Website' }).click();
      await page.getByRole('heading', { name: 'Website', exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('heading', { name: 'Waiting room screen' }).waitFor();
    }));

  it('signs in, and says when the password is wrong', async () => {
    const { page } = await openPage(stage, '/');
    await fetch(`${stage.url}mock/reset?signedIn=false`);
    await page.reload();
    await page.getByText('The terminal in which Kalends runs').waitFor();
    await page.getByLabel('E-mail').fill('ada@practice.example');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('do not fit together').waitFor();
    await page.getByLabel('Password').fill('practice');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Today' }).waitFor();
    await page.context().close();
  });

  it('changes the password, and says what is wrong with it', () =>
    on('/', async (page) => {
      await page.getByRole('button', { name: 'Account of Ada Lindqvist' }).click();
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByLabel('Password so far').fill('guess');
      await page.getByLabel('New password').fill('a better one');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('This is not the password so far.').waitFor();
      await page.getByLabel('Password so far').fill('practice');
      await page.getByRole('button', { name: 'Save' }).click();
      await toast(page, 'Your password is set.');
    }));

  it('links two calendars in three clicks, and shows what will be', () =>
    on('/links/new', async (page) => {
      await page.locator('.pick label', { hasText: 'Congresses' }).click();
      await page.locator('.pick label', { hasText: 'Hygiene course' }).click();
      await page.locator('tbody tr').first().waitFor();
      await page.getByRole('button', { name: 'Link', exact: true }).click();
      await toast(page, 'Linked');
      await page.getByRole('heading', { name: 'Congresses = Hygiene course' }).waitFor();
    }));

  it('only tries a link, shows what waits, and lets it go live', () =>
    on('/links/new', async (page) => {
      await page.locator('.pick label', { hasText: 'Congresses' }).click();
      await page.locator('.pick label', { hasText: 'Hygiene course' }).click();
      await page.locator('tbody tr').first().waitFor();
      await page.getByLabel('Only try').check();
      await page.getByRole('button', { name: 'Try', exact: true }).click();
      await toast(page, 'is tried');
      const card = page.locator('li', { has: page.getByRole('heading', { name: 'Congresses = Hygiene course' }) });
      await card.getByText('pilot: 12 would be written').waitFor();
      await card.getByRole('button', { name: 'What waits' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.locator('tbody tr').first().waitFor();
      const sent = page.waitForRequest((request) => request.method() === 'PATCH');
      await dialog.getByRole('button', { name: 'Go live' }).click();
      expect((await sent).postDataJSON()).toEqual({ pilot: false });
      await toast(page, 'is live');
    }));

  it('removes a link and asks about the copies', () =>
    on('/links', async (page) => {
      await page.getByRole('button', { name: 'Remove' }).first().click();
      await page.getByText('Remove the copies').click();
      const sent = page.waitForRequest((request) => request.method() === 'DELETE');
      await page.getByRole('button', { name: 'Remove link' }).click();
      expect(new URL((await sent).url()).searchParams.get('mirrors')).toBe('remove');
    }));

  it('connects with an app password, and shows what the server says', () =>
    on('/connections', async (page) => {
      await page.getByRole('button', { name: 'iCloud and CalDAV' }).click();
      await page.getByLabel('User name').fill('noor@icloud.example');
      await page.getByLabel('App password').fill('wrong');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByText('wants an app-specific password').waitFor();
      await page.getByLabel('App password').fill('right');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('heading', { name: 'noor@icloud.example' }).waitFor();
    }));

  it('asks about deletions that were held back', () =>
    on('/connections', async (page) => {
      await page.getByText('One appointment of “Hygiene course” cannot be read.').waitFor();
      const note = page.getByRole('group', { name: 'Missing in Hygiene course' });
      await note.getByText('14 appointments').waitFor();
      const sent = page.waitForRequest((request) => request.method() === 'POST');
      await note.getByRole('button', { name: 'No, keep them' }).click();
      expect(new URL((await sent).url()).pathname).toBe('/api/v1/calendars/cal-hygiene/held/dismiss');
      await toast(page, 'Kept in “Hygiene course”');
      await note.waitFor({ state: 'detached' });
    }));

  it('says that a provider refused, once', () =>
    on('/connections?refused=access%20was%20not%20granted', async (page) => {
      await page.getByRole('alert').getByText('No account was connected.').waitFor();
      expect(new URL(page.url()).search).toBe('');
      await page.getByRole('button', { name: 'Close this message' }).click();
      await page.getByText('No account was connected.').waitFor({ state: 'detached' });
    }));

  it('shows a conflict unit by unit, takes the other side, and takes that back', () =>
    on('/conflicts', async (page) => {
      const card = page.locator('[data-conflict=conflict-1]');
      const title = card.locator('section', { has: page.getByRole('heading', { name: 'Title' }) });
      for (const text of ['Before', 'Crown fitting', 'Crown fitting: Haddad (bring X-ray)', 'Now']) await title.getByText(text, { exact: true }).first().waitFor();
      await card.getByText('merged, nothing was lost').waitFor();
      expect(await title.locator('.box.stands').count()).toBe(1);
      const sent = page.waitForRequest((request) => request.url().endsWith('/decide'));
      await title.getByRole('button', { name: 'Take this instead' }).click();
      expect((await sent).postDataJSON()).toEqual({ keep: 'ours', state: 'resolved' });
      await toast(page, 'Decided');
      await card.getByText('restored', { exact: true }).waitFor();
      await card.getByRole('button', { name: 'Undo' }).click();
      await card.getByText('decided', { exact: true }).waitFor();
      await title.getByRole('button', { name: 'Leave it so' }).click();
      await card.getByText('confirmed', { exact: true }).waitFor();
      await card.getByText('Ada Lindqvist decided just now').waitFor();
    }));

  it('decides what a link asks about, and asks again when that is undone', () =>
    on('/conflicts', async (page) => {
      await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
      const card = page.locator('[data-conflict=conflict-2]');
      const sent = page.waitForRequest((request) => request.url().endsWith('/decide'));
      await card.getByRole('button', { name: 'Keep this' }).last().click();
      expect((await sent).postDataJSON()).toEqual({ keep: 'theirs', state: 'open' });
      await toast(page, 'Decided');
      await page.getByRole('heading', { name: 'Waiting for you' }).waitFor({ state: 'detached' });
      await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
      await card.getByRole('button', { name: 'Keep this' }).first().waitFor();
    }));

  it('shows appointments at the same time with the one that came first', () =>
    on('/conflicts', async (page) => {
      const card = page.locator('[data-overlap=overlap-1]');
      const [first, second] = [card.locator('.side').first(), card.locator('.side').last()];
      await first.getByText('Came first').waitFor();
      await first.getByText('School meeting, Emil').waitFor();
      await first.getByText('made 9 days ago').waitFor();
      await second.getByText('Root canal: Novak').waitFor();
      await card.getByText('It was made first').waitFor();
      await page.locator('[data-overlap=overlap-2]').getByText('and 3 more until').waitFor();
    }));

  it('changes a link, and shows what that will do first', () =>
    on('/links', async (page) => {
      const card = page.locator('li', { has: page.getByRole('heading', { name: 'Ada’s private time' }) });
      await card.getByRole('button', { name: 'Change' }).click();
      const dialog = page.getByRole('dialog', { name: 'Change “Ada’s private time”' });
      await dialog.getByText('chosen fields').click();
      await dialog.getByLabel('title', { exact: true }).check();
      await dialog.getByLabel('kept is').selectOption({ label: 'Neither, until I decide' });
      await dialog.locator('tbody tr').first().waitFor();
      const sent = page.waitForRequest((request) => request.method() === 'PATCH');
      await dialog.getByRole('button', { name: 'Save' }).click();
      expect(Object.keys((await sent).postDataJSON() as object).sort()).toEqual(['members', 'onConflict']);
      await card.getByText('shares title').waitFor();
    }));

  it('lets only some appointments through a link, and says which', () =>
    on('/links', async (page) => {
      const card = page.locator('li', { has: page.getByRole('heading', { name: 'Ada’s private time' }) });
      await card.getByRole('button', { name: 'Change' }).click();
      const dialog = page.getByRole('dialog', { name: 'Change “Ada’s private time”' });
      await dialog.getByText('Only some appointments').click();
      await dialog.getByLabel('only what touches these hours').check();
      await dialog.getByLabel('to', { exact: true }).fill('18:00');
      await dialog.getByLabel('Fri').uncheck();
      await dialog.getByLabel('Whole days').selectOption({ label: 'stay out' });
      await dialog.getByLabel('only what takes up time').check();
      await dialog.getByLabel('declined').check();
      await dialog.getByLabel('Without these words').fill('lunch, dinner');
      await dialog.getByLabel('Days ahead').fill('90');
      await dialog.getByLabel('Mark the copies as private').check();
      await dialog.locator('tbody tr').first().waitFor();
      const sent = page.waitForRequest((request) => request.method() === 'PATCH');
      await dialog.getByRole('button', { name: 'Save' }).click();
      const { members } = (await sent).postDataJSON() as { members: { mask: object; filter?: object }[] };
      expect(members[0]!.filter).toBeUndefined();
      expect(members[1]!.mask).toEqual({ kind: 'busy', title: 'Busy', private: true });
      expect(members[1]!.filter).toEqual({
        hours: { from: '09:00', to: '18:00', days: ['mo', 'tu', 'we', 'th'] }, allDay: 'exclude', answers: ['declined'], busyOnly: true,
        text: { noneOf: ['lunch', 'dinner'] }, horizon: { ahead: 90 },
      });
      await card.getByText('without “lunch” or “dinner”').waitFor();
      await card.getByRole('button', { name: 'Change' }).click();
      await expect.poll(() => dialog.getByLabel('Days ahead').inputValue()).toBe('90');
    }));

  it('pauses a link and resumes it', () =>
    on('/links', async (page) => {
      const card = page.locator('li', { has: page.getByRole('heading', { name: 'Practice', exact: true }) });
      await card.getByRole('button', { name: 'Pause' }).click();
      await card.getByText('paused').waitFor();
      await card.getByRole('button', { name: 'Resume' }).click();
      await card.getByText('in step').waitFor();
    }));

  it('says how many people a held change would notify, and sends it', () =>
    on('/activity', async (page) => {
      const held = page.getByRole('group', { name: 'Held: Crown fitting, later' });
      await held.getByText('That will notify 2 people').waitFor();
      const sent = page.waitForRequest((request) => request.method() === 'POST');
      await held.getByRole('button', { name: 'Send' }).click();
      expect((await sent).url()).toMatch(/\/held\/confirm$/);
      await toast(page, 'is sent');
      await held.waitFor({ state: 'detached' });
    }));

  it('undoes a run as a whole, and tells what it left', () =>
    on('/activity', async (page) => {
      await page.getByText('Runs of the sync').click();
      await page.getByRole('button', { name: 'Undo run' }).click();
      const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/runs/run/undo'));
      await page.getByRole('dialog').getByRole('button', { name: 'Undo all of it' }).click();
      await sent;
      await page.getByRole('dialog').getByText('changed since: title').waitFor();
    }));

  it('filters the activity by calendar', () =>
    on('/activity', async (page) => {
      await page.getByText('Root canal: Novak').first().waitFor();
      await page.getByRole('combobox', { name: 'Calendar' }).selectOption({ label: 'Renovation · Kalends' });
      await page.getByText('Not in this calendar').waitFor();
    }));
});
