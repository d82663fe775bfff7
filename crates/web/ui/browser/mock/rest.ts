// The rest of the mock's REST API: who, connections, calendars, links, activity, conflicts, changes, the stream.
import type { LinkChange, NewConnection, NewLink } from '../../src/api/types.ts';
import { conflicts } from './conflicts.ts';
import { eventRoutes } from './events.ts';
import { problem, send, type Call } from './http.ts';
import { appPasswords, apps, feeds } from './programs.ts';
import type { World } from './world.ts';

const providers = [
  { id: 'google', name: 'Google', auth: 'oauth' },
  { id: 'microsoft', name: 'Microsoft 365', auth: 'oauth' },
  {
    id: 'caldav', name: 'iCloud and CalDAV', auth: 'password',
    presets: [{ name: 'iCloud', url: 'https://caldav.icloud.com/' }, { name: 'Fastmail', url: 'https://caldav.fastmail.com/' }, { name: 'Nextcloud', url: 'https://cloud.example/remote.php/dav/' }],
  },
];

function stream(world: World, call: Call): true {
  const { response } = call;
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  const write = (change: { position: number }) => response.write(`id: ${change.position}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`);
  response.write(': here\n\n');
  const last = Number(call.request.headers['last-event-id'] ?? Infinity);
  world.changes.filter((change) => change.position > last).forEach(write);
  world.listeners.add(write);
  call.request.on('close', () => world.listeners.delete(write));
  return true;
}

function connections(world: World, call: Call, id?: string, sub?: string): true {
  if (call.method === 'GET') return send(call, 200, world.connections);
  if (call.method === 'DELETE') {
    world.connections = world.connections.filter((one) => one.id !== id);
    world.calendars = world.calendars.filter((one) => one.connection !== id);
    world.log('connection', id!, undefined, true);
    return send(call, 204);
  }
  const one = world.connections.find((connection) => connection.id === id);
  if (sub === 'sync' && one) {
    one.lastSync = world.ago();
    world.log('connection', one.id);
    return send(call, 202, {});
  }
  const body = JSON.parse(call.body) as NewConnection;
  if (body.provider !== 'caldav') return send(call, 202, { authorizeUrl: `/connections?connected=${body.provider}` });
  if (body.password === 'wrong') return problem(call, 422, 'Not accepted', 'The server did not accept this user name and password. iCloud wants an app-specific password.');
  const made = { id: world.id('con'), provider: body.provider, account: body.username ?? '', state: 'ok' as const, push: false, calendars: 1, lastSync: null };
  world.connections.push(made);
  world.log('connection', made.id);
  return send(call, 201, made);
}

function links(world: World, call: Call, id?: string): true {
  if (call.method === 'GET' && !id) return send(call, 200, world.links);
  if (call.method === 'DELETE') {
    world.links = world.links.filter((one) => one.id !== id);
    world.log('link', id!, undefined, true);
    return send(call, 204);
  }
  const known = world.links.find((one) => one.id === id);
  const body = JSON.parse(call.body || '{}') as NewLink & LinkChange;
  if (call.method === 'PATCH') {
    if (!known) return problem(call, 404, 'Not found');
    Object.assign(known, body);
    world.log('link', known.id);
    return send(call, 200, known);
  }
  if (id === 'preview' || known) {
    body.members ??= known?.members ?? [];
    const targets = body.members.filter((member) => member.role !== 'source');
    const sources = body.members.filter((member) => member.role !== 'target').map((member) => member.calendar);
    const items = [...world.copies.values()].filter((copy) => copy.local && sources.includes(copy.calendar)).flatMap((copy, index) =>
      targets.filter((member) => member.calendar !== copy.calendar).map((member) => ({
        calendar: member.calendar, operation: index % 7 === 3 ? ('merge' as const) : ('create' as const), from: copy.calendar, start: copy.local!.start,
        title: member.mask.kind === 'busy' ? (member.mask.title ?? 'Busy') : (copy.local!.title ?? ''),
      })),
    );
    const merges = items.filter((item) => item.operation === 'merge').length;
    return send(call, 200, { creates: items.length - merges, updates: 0, deletes: 0, merges, items: items.slice(0, 200) });
  }
  const made = { ...body, id: world.id('link'), state: 'active' as const, onConflict: 'newest' as const, waiting: body.pilot ? 12 : 0, events: 12 };
  world.links.push(made);
  world.log('link', made.id);
  return send(call, 201, made);
}

function calendars(world: World, call: Call, [id, sub, feed]: string[]): true {
  if (call.method === 'GET' && !sub) return send(call, 200, world.calendars);
  const one = world.calendars.find((calendar) => calendar.id === id);
  if (!one) return problem(call, 404, 'Not found');
  if (sub === 'feeds') return feeds(world, call, one.id, feed);
  if (call.url.pathname.includes('/held/')) delete one.held;
  else Object.assign(one, JSON.parse(call.body));
  world.log('calendar', one.id, one.id);
  return send(call, 200, one);
}

function activity(world: World, call: Call): true {
  const limit = Number(call.url.searchParams.get('limit') ?? 50);
  const before = call.url.searchParams.get('before');
  const from = before ? world.activity.findIndex((one) => one.id === before) + 1 : 0;
  const items = world.activity.slice(from, from + limit);
  return send(call, 200, { items, next: from + limit < world.activity.length ? items.at(-1)?.id : null });
}

export interface Session {
  signedIn: boolean;
  password: string | null;
}

function password(session: Session, call: Call): true {
  const body = JSON.parse(call.body) as { current?: string; password: string };
  if (body.password.length < 8) return problem(call, 400, 'Not accepted', 'The password is too short: 8 bytes at least.');
  if (session.password !== null && body.current !== session.password) return problem(call, 403, 'Not allowed', 'This is not the password so far.');
  session.password = body.password;
  return send(call, 204);
}

export function restRoutes(world: World, session: Session, call: Call): boolean {
  if (!call.url.pathname.startsWith('/api/v1/')) return false;
  const path = call.url.pathname.slice('/api/v1'.length);
  const [, kind, ...rest] = path.split('/').map(decodeURIComponent);
  const [id, sub] = rest;
  if (call.method !== 'GET' && call.request.headers['x-kalends-csrf'] !== '1') return problem(call, 403, 'CSRF header is missing');
  if (Date.now() < world.unpluggedUntil) return problem(call, 503, 'Kalends is starting');
  if (kind === 'session') {
    if (call.method === 'POST' && (JSON.parse(call.body) as { password: string }).password !== session.password) return problem(call, 401, 'Not signed in');
    session.signedIn = call.method === 'POST';
    return send(call, 204);
  }
  if (!session.signedIn) return problem(call, 401, 'Not signed in');
  switch (kind) {
    case 'me':
      if (id === 'password') return password(session, call);
      return send(call, 200, { hasPassword: session.password !== null, id: 'person-ada', email: 'ada@practice.example', name: 'Ada Lindqvist', timeZone: 'Europe/Berlin', roles: ['owner'], demo: true });
    case 'apps':
      return apps(world, call, id);
    case 'app-passwords':
      return appPasswords(world, call, id);
    case 'providers':
      return send(call, 200, providers);
    case 'connections':
      return connections(world, call, id, sub);
    case 'calendars':
      return calendars(world, call, rest);
    case 'links':
      return links(world, call, id);
    case 'activity':
      return activity(world, call);
    case 'held':
      return send(call, 200, { items: world.held });
    case 'runs':
      if (call.method === 'POST') return send(call, 200, { copies: 3, left: [{ event: 'e', calendar: 'cal-google', title: 'Course', reason: 'changed since: title' }] });
      return send(call, 200, [{ id: 'run', kind: 'pull', calendar: world.calendars[0]!.id, at: world.activity[0]!.at, copies: 4 }]);
    case 'conflicts':
      return conflicts(world, call, id, sub);
    case 'overlaps':
      return send(call, 200, { items: world.overlaps });
    case 'changes': {
      const after = Number(call.url.searchParams.get('after') ?? 0);
      return send(call, 200, { changes: world.changes.filter((change) => change.position > after).slice(0, 100), position: world.position });
    }
    case 'undo':
      return world.undo((JSON.parse(call.body) as { position: number }).position) ? send(call, 204) : problem(call, 409, 'This cannot be undone any more');
    case 'stream':
      return stream(world, call);
  }
  if (kind === 'events' && sub === 'held') {
    world.held = world.held.filter((one) => one.event !== id);
    return send(call, 204);
  }
  return eventRoutes(world, call, path) || problem(call, 404, 'Not found');
}
