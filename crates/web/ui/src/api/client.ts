// The one place that speaks HTTP to the hub: same origin, the session cookie, problem+json as a typed error.
import type { App, AppPassword, Feed, FeedForm, NewAppPassword, NewFeed } from './programs';
import type {
  ActivityPage, Calendar, Changes, Conflict, ConflictPage, Connection, DemoState, Event, EventPatch, HeldWrite, Keep, Link, LinkChange,
  LinkPreview, Me, NewConnection, NewLink, Occurrences, OverlapPage, Position, Problem, Provider, Run, Scope, Undone, Why,
} from './types';

/** An answer that is not 2xx. `status` 0 means that no answer came. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiError';
  }
  get status(): number {
    return this.problem.status;
  }
}

type Query = Record<string, string | number | boolean | string[] | undefined>;

interface Options {
  query?: Query;
  body?: unknown;
  etag?: string;
  idempotencyKey?: string;
}

/** Called when the session is gone; the shell shows the sign-in page. */
let onSignedOut: () => void = () => {};
export const whenSignedOut = (run: () => void) => (onSignedOut = run);

function address(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [String(value)]) params.append(key, one);
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText || 'The request failed', status: response.status };
  if (!response.headers.get('content-type')?.includes('json')) return fallback;
  return { ...fallback, ...((await response.json().catch(() => ({}))) as Partial<Problem>) };
}

async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-Kalends-CSRF'] = '1';
  if (options.etag) headers['If-Match'] = options.etag;
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method, headers, credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
  } catch {
    throw new ApiError({ title: 'Kalends cannot be reached', status: 0, detail: 'Kalends cannot be reached. Is it running?' });
  }
  if (response.ok) return response;
  if (response.status === 401 && !path.endsWith('/session')) onSignedOut();
  throw new ApiError(await problemOf(response));
}

async function json<T>(method: string, path: string, options?: Options): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** A single resource with the ETag that a later write must name. */
export interface Versioned<T> {
  value: T;
  etag: string;
}

async function versioned<T>(method: string, path: string, options?: Options): Promise<Versioned<T>> {
  const response = await send(method, path, options);
  const text = await response.text();
  return { value: (text ? JSON.parse(text) : undefined) as T, etag: response.headers.get('etag') ?? '' };
}

const v1 = '/api/v1';
const id = encodeURIComponent;

export const api = {
  me: () => json<Me>('GET', `${v1}/me`),
  signIn: (email: string, password: string) => json<void>('POST', `${v1}/session`, { body: { email, password } }),
  setPassword: (body: { current?: string; password: string }) => json<void>('PUT', `${v1}/me/password`, { body }),
  apps: () => json<App[]>('GET', `${v1}/apps`),
  registerApp: (body: Pick<App, 'name' | 'redirectUris' | 'scopes' | 'confidential'>) => json<App>('POST', `${v1}/apps`, { body }),
  removeApp: (app: string) => json<void>('DELETE', `${v1}/apps/${id(app)}`),
  appPasswords: () => json<AppPassword[]>('GET', `${v1}/app-passwords`),
  newAppPassword: (name: string) => json<NewAppPassword>('POST', `${v1}/app-passwords`, { body: { name } }),
  removeAppPassword: (password: string) => json<void>('DELETE', `${v1}/app-passwords/${id(password)}`),
  signOut: () => json<void>('DELETE', `${v1}/session`),

  providers: () => json<Provider[]>('GET', `${v1}/providers`),
  connections: () => json<Connection[]>('GET', `${v1}/connections`),
  connect: (body: NewConnection) => json<Connection | { authorizeUrl: string }>('POST', `${v1}/connections`, { body }),
  disconnect: (connection: string, mirrors: 'keep' | 'remove') =>
    json<void>('DELETE', `${v1}/connections/${id(connection)}`, { query: { mirrors } }),
  syncNow: (connection: string) => json<void>('POST', `${v1}/connections/${id(connection)}/sync`),

  calendars: () => json<Calendar[]>('GET', `${v1}/calendars`),
  createCalendar: (body: { name: string; color?: string }) => json<Calendar>('POST', `${v1}/calendars`, { body }),
  changeCalendar: (calendar: string, body: { name?: string; color?: string; shown?: boolean }) =>
    json<Calendar>('PATCH', `${v1}/calendars/${id(calendar)}`, { body }),
  /** Confirm removes what is missing at the provider, dismiss keeps it. */
  answerHeld: (calendar: string, answer: 'confirm' | 'dismiss') => json<Calendar>('POST', `${v1}/calendars/${id(calendar)}/held/${answer}`),
  feeds: (calendar: string) => json<Feed[]>('GET', `${v1}/calendars/${id(calendar)}/feeds`),
  publish: (calendar: string, body: FeedForm) => json<NewFeed>('POST', `${v1}/calendars/${id(calendar)}/feeds`, { body }),
  rotateFeed: (calendar: string, feed: string) => json<NewFeed>('POST', `${v1}/calendars/${id(calendar)}/feeds/${id(feed)}/rotate`),
  endFeed: (calendar: string, feed: string) => json<void>('DELETE', `${v1}/calendars/${id(calendar)}/feeds/${id(feed)}`),
  deleteCalendar: (calendar: string) => json<void>('DELETE', `${v1}/calendars/${id(calendar)}`),

  occurrences: (query: { start: string; end: string; tz: string; calendar?: string[]; merge?: boolean }) =>
    json<Occurrences>('GET', `${v1}/occurrences`, { query }),

  event: (event: string) => versioned<Event>('GET', `${v1}/events/${id(event)}`),
  /** Returns the new event's id, which the answer gives in Location. */
  createEvent: async (body: Event & { calendar: string }, idempotencyKey: string): Promise<string> => {
    const response = await send('POST', `${v1}/events`, { body, idempotencyKey });
    return decodeURIComponent(response.headers.get('location')?.split('/').pop() ?? '');
  },
  patchEvent: (event: string, etag: string, body: EventPatch) =>
    versioned<Event>('PATCH', `${v1}/events/${id(event)}`, { body, etag }),
  deleteEvent: (event: string, etag: string) => json<void>('DELETE', `${v1}/events/${id(event)}`, { etag }),
  patchOccurrence: (event: string, recurrenceId: string, scope: Scope, etag: string, body: EventPatch) =>
    versioned<Event>('PATCH', `${v1}/events/${id(event)}/occurrences/${id(recurrenceId)}`, { body, etag, query: { scope } }),
  deleteOccurrence: (event: string, recurrenceId: string, scope: Scope, etag: string) =>
    json<void>('DELETE', `${v1}/events/${id(event)}/occurrences/${id(recurrenceId)}`, { etag, query: { scope } }),
  why: (event: string) => json<Why>('GET', `${v1}/events/${id(event)}/why`),

  links: () => json<Link[]>('GET', `${v1}/links`),
  previewLink: (body: NewLink) => json<LinkPreview>('POST', `${v1}/links/preview`, { body }),
  createLink: (body: NewLink) => json<Link>('POST', `${v1}/links`, { body, idempotencyKey: crypto.randomUUID() }),
  changeLink: (link: string, body: LinkChange) => json<Link>('PATCH', `${v1}/links/${id(link)}`, { body }),
  previewLinkChange: (link: string, body: LinkChange) => json<LinkPreview>('POST', `${v1}/links/${id(link)}/preview`, { body }),
  linkWaiting: (link: string) => json<LinkPreview>('GET', `${v1}/links/${id(link)}/waiting`),
  deleteLink: (link: string, mirrors: 'keep' | 'remove') =>
    json<void>('DELETE', `${v1}/links/${id(link)}`, { query: { mirrors } }),

  /** What is held because a provider would notify people, or because a backup was restored, and since when it was. */
  held: () => json<{ items: HeldWrite[]; restored?: string }>('GET', `${v1}/held`),
  approveRestored: () => json<void>('POST', `${v1}/restored/approve`),
  /** Confirm sends it, dismiss has the event be as its provider has it. */
  answerHeldWrite: (event: string, answer: 'confirm' | 'dismiss') => json<void>('POST', `${v1}/events/${id(event)}/held/${answer}`),
  activity: (query: { before?: string | number; limit?: number }) => json<ActivityPage>('GET', `${v1}/activity`, { query }),
  conflicts: (query: { state?: 'open' | 'settled'; before?: string; limit?: number }) => json<ConflictPage>('GET', `${v1}/conflicts`, { query }),
  /** Nothing is decided if something else has become of the conflict than what was read. */
  decide: (conflict: string, keep: Keep, state: Conflict['state']) =>
    json<void>('POST', `${v1}/conflicts/${id(conflict)}/decide`, { body: { keep, state } }),
  undoConflict: (conflict: string) => json<void>('POST', `${v1}/conflicts/${id(conflict)}/undo`),
  overlaps: (query: { after?: string; limit?: number }) => json<OverlapPage>('GET', `${v1}/overlaps`, { query }),

  changes: (after: Position, limit = 100) => json<Changes>('GET', `${v1}/changes`, { query: { after, limit } }),
  runs: () => json<Run[]>('GET', `${v1}/runs`),
  undoRun: (run: string) => json<Undone>('POST', `${v1}/runs/${id(run)}/undo`),
  undo: (position: Position) => json<void>('POST', `${v1}/undo`, { body: { position } }),

  demoState: () => json<DemoState>('GET', '/demo/state'),
  demoFaults: (body: { lose_replies: boolean } | { expire_tokens: true }) => json<void>('POST', '/demo/faults', { body }),
  demoUnplug: () => json<void>('POST', '/demo/unplug'),
};
