// The mock's programs, devices and published calendars.
import type { App, AppPassword, Feed, FeedForm } from '../../src/api/programs.ts';
import { problem, send, type Call } from './http.ts';
import type { World } from './world.ts';

interface Keys {
  apps: App[];
  devices: AppPassword[];
  feeds: { calendar: string; feed: Feed }[];
}

const known = new WeakMap<World, Keys>();

function keys(world: World): Keys {
  const day_ms = 86_400_000;
  const seeded: Keys = {
    apps: [{ id: '019a7c1e-5b7e-7c11-8f00-2f6f0c9a1b22', name: 'Recall CRM', redirectUris: ['https://crm.example.com/oauth/back'], scopes: ['calendar.read'], confidential: true, created: world.ago(9 * day_ms) }],
    devices: [
      { id: 'device-1', name: 'iPhone at the desk', created: world.ago(40 * day_ms), lastUsed: world.ago(120_000) },
      { id: 'device-2', name: 'Old tablet', created: world.ago(400 * day_ms) },
    ],
    feeds: [{ calendar: 'cal-google', feed: { id: 'feed-1', name: 'Waiting room screen', shows: 'busy', showPrivate: false, created: world.ago(30 * day_ms), lastRead: world.ago(3_600_000) } }],
  };
  const found = known.get(world) ?? seeded;
  known.set(world, found);
  return found;
}

export function apps(world: World, call: Call, id?: string): true {
  const all = keys(world);
  if (call.method === 'GET') return send(call, 200, all.apps);
  if (call.method === 'DELETE') {
    all.apps = all.apps.filter((one) => one.id !== id);
    return send(call, 204);
  }
  const body = JSON.parse(call.body) as Omit<App, 'id' | 'created' | 'secret'>;
  const bad = body.redirectUris.find((uri) => !uri.startsWith('https://'));
  if (bad) return problem(call, 400, 'Bad Request', 'must begin with https://, except on this machine');
  const made: App = { ...body, id: world.id('app'), created: world.ago() };
  all.apps.push(made);
  return send(call, 201, body.confidential ? { ...made, secret: 's3cret-of-this-program' } : made);
}

export function appPasswords(world: World, call: Call, id?: string): true {
  const all = keys(world);
  if (call.method === 'GET') return send(call, 200, all.devices);
  if (call.method === 'DELETE') {
    all.devices = all.devices.filter((one) => one.id !== id);
    return send(call, 204);
  }
  const { name } = JSON.parse(call.body) as { name: string };
  const made: AppPassword = { id: world.id('device'), name, created: world.ago() };
  all.devices.push(made);
  return send(call, 201, { ...made, server: 'https://kalends.example/caldav/', username: 'ada@practice.example', password: 'qwkT5-one-of-a-kind' });
}

export function feeds(world: World, call: Call, calendar: string, id?: string): true {
  const all = keys(world);
  if (call.method === 'GET') return send(call, 200, all.feeds.filter((one) => one.calendar === calendar).map((one) => one.feed));
  if (call.method === 'DELETE') {
    all.feeds = all.feeds.filter((one) => one.feed.id !== id);
    return send(call, 204);
  }
  const url = (secret: string) => `https://kalends.example/feeds/${secret}/practice.ics`;
  const known = all.feeds.find((one) => one.feed.id === id);
  if (known) return send(call, 200, { ...known.feed, url: url('another-secret') });
  const feed: Feed = { ...(JSON.parse(call.body) as FeedForm), id: world.id('feed'), created: world.ago() };
  all.feeds.push({ calendar, feed });
  return send(call, 201, { ...feed, url: url('one-secret') });
}
