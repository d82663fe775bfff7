// A believable week of a small dental practice, around today.
import type { Calendar, Conflict, Event, Overlap, ProviderId, RecurrenceRule } from '../../src/api/types.ts';
import { addDays, addMinutes, toCivil, weekStart } from '../../src/calendar/time.ts';
import { World, type Copy } from './world.ts';

const berlin = 'Europe/Berlin';

function calendar(world: World, id: string, provider: ProviderId | null, name: string, color: string, connection: string | null): Calendar {
  return {
    id, provider, name, color, connection, timeZone: berlin, readOnly: false, selected: true, shown: true,
    health: { state: 'ok', lastSync: world.ago(40_000) },
  };
}

type More = Partial<Event>;
const at = (day: string, time: string, minutes: number, title: string, more: More = {}): Event => ({
  '@type': 'Event', title, start: `${day}T${time}:00`, timeZone: berlin, duration: `PT${minutes}M`, ...more,
});
const allDay = (day: string, days: number, title: string, more: More = {}): Event => ({
  '@type': 'Event', title, start: `${day}T00:00:00`, timeZone: null, duration: `P${days}D`, showWithoutTime: true, ...more,
});
const weekly = (...days: string[]): RecurrenceRule[] => [{ '@type': 'RecurrenceRule', frequency: 'weekly', byDay: days.map((day) => ({ day: day as 'mo' })) }];
const place = (name: string): More => ({ locations: { '1': { '@type': 'Location', name } } });

const others = ['Murphy', 'Yilmaz', 'Horvat', 'Nilsen', 'Costa', 'Fischer', 'Öztürk', 'Moreau', 'Janssen', 'Popescu', 'Kim', 'Andersson', 'O’Neill'];

function practice(monday: string): Event[] {
  const day = (index: number) => addDays(monday, index);
  const list: Event[] = [
    at(addDays(monday, -14), '08:00', 20, 'Morning huddle', { recurrenceRules: weekly('mo', 'tu', 'we', 'th', 'fr'), recurrenceOverrides: { [`${day(3)}T08:00:00`]: { start: `${day(3)}T08:30:00`, title: 'Morning huddle (late)' } } }),
    at(addDays(monday, -7), '13:00', 45, 'Sterilisation check', { recurrenceRules: weekly('tu'), ...place('Room 2') }),
    at(addDays(monday, -7), '16:30', 60, 'Recall calls', { recurrenceRules: weekly('we'), recurrenceOverrides: { [`${day(9)}T16:30:00`]: { excluded: true } } }),
    allDay(day(4), 1, 'Leave: Mila'),
    allDay(day(1), 2, 'X-ray service'),
  ];
  const visits: [number, string, number, string, string][] = [
    [0, '09:00', 30, 'Check-up: Okafor', 'Room 1'], [0, '09:45', 60, 'Root canal: Novak', 'Room 1'], [0, '11:15', 45, 'Cleaning: Brandt', 'Room 2'],
    [0, '14:00', 30, 'Check-up: Lindholm', 'Room 1'], [0, '15:00', 75, 'Crown fitting: Haddad', 'Room 1'],
    [1, '08:45', 45, 'Cleaning: Petrov', 'Room 2'], [1, '10:00', 90, 'Implant consult: Weiss', 'Room 1'], [1, '14:30', 30, 'Braces review: Sato', 'Room 1'],
    [1, '15:30', 45, 'Cleaning: Dubois', 'Room 2'],
    [2, '09:00', 60, 'Filling: Ferrari', 'Room 1'], [2, '10:30', 30, 'Check-up: Mendes', 'Room 1'], [2, '11:15', 45, 'Cleaning: Kowalski', 'Room 2'],
    [2, '14:00', 90, 'Wisdom tooth: Berg', 'Room 1'],
    [3, '09:15', 45, 'Check-up: Rossi 😬', 'Room 1'], [3, '10:15', 30, 'בדיקה: כהן', 'Room 1'], [3, '13:30', 60, 'Root canal, part 2: Novak', 'Room 1'], [3, '15:00', 45, 'Cleaning: Adeyemi', 'Room 2'],
    [4, '09:00', 45, 'Whitening: Larsen', 'Room 2'], [4, '10:00', 60, 'Bridge: Tanaka', 'Room 1'], [4, '11:30', 30, 'Check-up: Silva', 'Room 1'],
  ];
  // The weeks beside it have the same treatments, for other people and a quarter of an hour later now and then.
  const beside = [-1, 1].flatMap((week) => visits.map(([index, time, minutes, title, room], nth) => {
    const start = addMinutes(`${day(index + 7 * week)}T${time}:00`, 15 * (nth % 3));
    return at(start.slice(0, 10), start.slice(11, 16), minutes, `${title.split(':')[0]}: ${others[(nth + week + others.length) % others.length]}`, place(room));
  }));
  return [...list, ...visits.map(([index, time, minutes, title, room]) => at(day(index), time, minutes, title, place(room))), ...beside];
}

/** A world whose clock begins at `now`. On a weekend the week that is about to begin is the full one. */
export function seed(now: number): World {
  const world = new World(now);
  const monday = weekStart(addDays(toCivil(now, berlin).slice(0, 10), 2));
  const day = (index: number) => addDays(monday, index);
  const recently = world.ago(40_000);

  world.connections = [
    { id: 'con-google', provider: 'google', account: 'ada@practice.example', state: 'ok', lastSync: recently, push: true, calendars: 2 },
    { id: 'con-microsoft', provider: 'microsoft', account: 'ben@practice.example', state: 'ok', lastSync: recently, push: true, calendars: 2 },
    { id: 'con-desk', provider: 'caldav', account: 'desk@practice.example', state: 'ok', lastSync: recently, push: false, calendars: 1 },
    { id: 'con-private', provider: 'caldav', account: 'ada.private@icloud.example', state: 'reconnect', message: 'The server no longer accepts the app password.', lastSync: world.ago(5_400_000), push: false, calendars: 1 },
  ];
  world.calendars = [
    calendar(world, 'cal-google', 'google', 'Practice', '#1f7a72', 'con-google'),
    calendar(world, 'cal-congress', 'google', 'Congresses', '#b5651d', 'con-google'),
    calendar(world, 'cal-microsoft', 'microsoft', 'Practice', '#6d4fa8', 'con-microsoft'),
    { ...calendar(world, 'cal-hygiene', 'microsoft', 'Hygiene course', '#3f6fb5', 'con-microsoft'), held: { deletions: 14, unreadable: 1 } },
    calendar(world, 'cal-caldav', 'caldav', 'Practice', '#a3562f', 'con-desk'),
    { ...calendar(world, 'cal-private', 'caldav', 'Ada, private', '#b3446c', 'con-private'), health: { state: 'reconnect', message: 'The server no longer accepts the app password.' } },
    calendar(world, 'cal-local', null, 'Renovation', '#5f6b2f', null),
  ];
  const three = ['cal-google', 'cal-microsoft', 'cal-caldav'];
  for (const event of practice(monday)) {
    const linked = world.id('linked');
    for (const id of three) world.add(id, event, linked);
  }
  const physiotherapy = (on: string) => at(on, '17:30', 60, 'Physiotherapy, knee', { privacy: 'private', ...place('Lindenstr. 4') });
  for (const event of [physiotherapy(day(1)), physiotherapy(day(8)), at(day(3), '11:30', 60, 'School meeting, Emil', { privacy: 'private' })]) {
    const linked = world.id('linked');
    world.add('cal-private', event, linked);
    for (const id of three) world.add(id, World.mask(event), linked, true);
  }
  world.add('cal-private', at(day(5), '10:00', 120, 'Market with Noor', { privacy: 'private' }));
  world.add('cal-congress', { ...at(day(2), '18:00', 60, 'Webinar: ceramic veneers', place('Online')), timeZone: 'America/New_York', start: `${day(2)}T11:00:00` });
  world.add('cal-congress', at(day(5), '14:00', 90, 'Study group', { status: 'tentative' }));
  world.add('cal-hygiene', at(day(-7), '12:00', 60, 'Prophylaxis course', { recurrenceRules: weekly('mo', 'th'), freeBusyStatus: 'free' }));
  world.add('cal-local', at(day(4), '13:00', 150, 'Painter in the waiting room'));
  seedRest(world, three);
  return world;
}

function seedRest(world: World, three: string[]): void {
  world.links = [
    { id: 'link-practice', name: 'Practice', state: 'active', onConflict: 'newest', waiting: 0, events: 31, members: three.map((id) => ({ calendar: id, role: 'both', mask: { kind: 'everything' } })) },
    {
      id: 'link-private', name: 'Ada’s private time', state: 'active', onConflict: 'newest', waiting: 0, events: 3,
      members: [{ calendar: 'cal-private', role: 'source', mask: { kind: 'everything' } }, ...three.map((id) => ({ calendar: id, role: 'target' as const, mask: { kind: 'busy' as const, title: 'Busy' } }))],
    },
  ];
  const copies = [...world.copies.values()].filter((copy) => copy.linked);
  copies.slice(18, 40).forEach((copy, index) => {
    const source = world.siblings(copy)[0]!;
    world.activity.push({
      id: world.id('activity'), at: world.ago(60_000 * (index * index + 2)), operation: index % 5 === 1 ? 'create' : 'update',
      calendar: copy.calendar, event: copy.id, title: copy.local?.title ?? '', outcome: index === 6 ? 'failed' : 'done', ms: 140 + ((index * 67) % 400),
      rule: index === 6 ? 'replication.write: will be tried again' : 'replication.write after links.project', link: copy.masked ? 'link-private' : 'link-practice',
      cause: { position: 4000 - index, calendar: source.calendar, actor: 'Ada Lindqvist', text: `Changed in ${world.where(source)}` },
    });
  });
  const target = copies.find((copy) => copy.local?.title?.startsWith('Crown fitting'))!;
  world.conflicts = seedConflicts(world, target);
  world.overlaps = seedOverlaps(world);
  world.held = [
    { event: target.id, calendar: target.calendar, title: 'Crown fitting, later', start: target.local!.start, operation: 'update', notifies: 2, text: 'held: this will notify 2 people' },
  ];
}

/** A question about a time, a title that lost with a place that merged, and a text. */
function seedConflicts(world: World, target: Copy): Conflict[] {
  const { title = '', start } = target.local!;
  const common = { event: target.id, link: { id: 'link-practice', name: 'Practice' }, title, undoable: false };
  const time = (start: string, duration: string) => ({ start, duration, timeZone: 'Europe/Berlin' });
  const resolved = (id: string, ago_ms: number) => ({ ...common, id, at: world.ago(ago_ms), state: 'resolved' as const, rule: 'newest', text: 'The newer change was kept.', won: 'theirs' as const });
  return [
    {
      ...common, id: 'conflict-2', calendar: 'cal-google', at: world.ago(7_200_000), state: 'open', rule: 'ask',
      text: 'The link asks: each calendar keeps its own until somebody decides.',
      ours: { calendar: 'cal-microsoft', at: world.ago(7_900_000), who: 'Ben Okafor' }, theirs: { calendar: 'cal-google', at: world.ago(7_500_000) }, outcomes: ['ours', 'theirs'],
      units: [{ unit: 'start', clash: true, base: time(start, 'PT60M'), ours: time(start, 'PT75M'), theirs: time(start.replace('T15', 'T16'), 'PT60M'), now: time(start, 'PT75M'), stands: 'asked' }],
    },
    {
      ...resolved('conflict-1', 3_600_000), calendar: 'cal-microsoft', ours: { calendar: 'cal-caldav', at: world.ago(3_900_000) }, theirs: { calendar: 'cal-microsoft', at: world.ago(3_700_000) }, outcomes: ['ours', 'merge', 'loser'],
      units: [
        { unit: 'title', clash: true, base: 'Crown fitting', ours: 'Crown fitting: Haddad (bring X-ray)', theirs: title, now: title, stands: 'theirs' },
        { unit: 'locations', clash: false, base: null, ours: { 1: { name: 'Room 2' } }, theirs: null, now: { 1: { name: 'Room 2' } }, stands: 'ours' },
      ],
    },
    {
      ...resolved('conflict-3', 90_000_000), calendar: 'cal-caldav', ours: { calendar: 'cal-google', at: world.ago(91_000_000), who: 'Ada Lindqvist' }, theirs: { calendar: 'cal-caldav', at: world.ago(90_500_000) }, outcomes: ['ours', 'merge', 'loser'],
      units: [{ unit: 'description', clash: true, base: '', ours: 'Allergic to latex.\nBring the X-rays.', theirs: 'Allergic to latex: nitrile gloves.', now: 'Allergic to latex: nitrile gloves.', stands: 'theirs' }],
    },
  ];
}

/** A visit over the school's meeting, and two courses that meet every week. */
function seedOverlaps(world: World): Overlap[] {
  const on = (days_ms: number) => new Date(Math.floor((world.now() + days_ms) / 3_600_000) * 3_600_000);
  const at = (date: Date, minutes: number) => new Date(date.getTime() + minutes * 60_000).toISOString();
  const side = (calendar: string, title: string, ago_ms: number) => ({ event: world.id('event'), calendar, title, at: world.ago(ago_ms) });
  const day = 86_400_000;
  const [soon, next] = [on(day), on(3 * day)];
  return [
    {
      id: 'overlap-1', start: at(soon, 0), end: at(soon, 30), until: at(soon, 30), times: 1, rule: 'made', text: 'It was made first, as both say themselves.',
      first: side('cal-private', 'School meeting, Emil', 9 * day), second: side('cal-google', 'Root canal: Novak', 2 * day),
    },
    {
      id: 'overlap-2', start: at(next, 0), end: at(next, 60), until: at(on(24 * day), 60), times: 4, rule: 'seen', text: 'It came to Kalends first. When they were made does not tell: one does not say, or both say the same.',
      first: side('cal-microsoft', 'Hygiene round', 5 * day), second: side('cal-caldav', 'Prophylaxis course', 3_600_000),
    },
  ];
}
