// The shapes of the REST API (/api/v1), by the names of its OpenAPI document, from which this one file can be generated.
// Civil times are ISO without offset ("2026-11-24T09:00:00"), instants are RFC 3339 in UTC, durations are ISO 8601.

/** A place in the change log; grows with every accepted change. */
export type Position = number;

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  field?: string;
}

export interface Me {
  id: string;
  email: string;
  name: string;
  timeZone: string;
  roles: string[];
  /** The demo has a page of its own at /demo. */
  demo: boolean;
  /** Whether one can sign in with a password. */
  hasPassword: boolean;
}

export type ProviderId = 'google' | 'microsoft' | 'caldav' | 'feed';

export interface Provider {
  id: ProviderId;
  name: string;
  auth: 'oauth' | 'password' | 'address';
  presets?: { name: string; url: string }[];
}

export type ConnectionState = 'ok' | 'reconnect' | 'failing' | 'paused';

export interface Connection {
  id: string;
  provider: ProviderId;
  account: string;
  state: ConnectionState;
  message?: string | null;
  lastSync?: string | null;
  push: boolean;
  calendars: number;
}

export interface NewConnection {
  provider: ProviderId;
  url?: string;
  username?: string;
  password?: string;
}

export interface Health {
  state: ConnectionState;
  message?: string | null;
  lastSync?: string | null;
}

export interface Calendar {
  id: string;
  connection?: string | null;
  provider?: ProviderId | null;
  name: string;
  color: string;
  timeZone?: string | null;
  readOnly: boolean;
  selected: boolean;
  /** Another person's, who has opened it. */
  shared?: boolean;
  /** Drawn; a hidden calendar is kept in step all the same. */
  shown: boolean;
  health: Health;
  held?: Held;
}

/** What was seen at the provider and is not taken up. */
export interface Held {
  /** Missing there, and kept here until somebody says what is so, because they are many. */
  deletions: number;
  /** Cannot be read; they are looked at again by themselves. */
  unreadable: number;
}

export type Busy = 'busy' | 'free' | 'tentative';
export type Privacy = 'public' | 'private' | 'secret';

export interface Occurrence {
  event: string;
  calendar: string;
  recurrenceId?: string | null;
  start: string;
  end: string;
  timeZone: string | null;
  startInstant?: string | null;
  endInstant?: string | null;
  allDay: boolean;
  title: string;
  location?: string | null;
  status: string;
  busy: Busy;
  privacy: Privacy;
  color?: string | null;
  recurring: boolean;
  extra?: boolean;
  etag: string;
  linked?: string | null;
  masked: boolean;
  pending: boolean;
  copies?: { calendar: string; event: string }[];
}

export interface Occurrences {
  occurrences: Occurrence[];
  position: Position;
}

export type Frequency = 'daily' | 'weekly' | 'monthly' | 'yearly';
export type Weekday = 'mo' | 'tu' | 'we' | 'th' | 'fr' | 'sa' | 'su';

/** RFC 8984, section 4.3.3. */
export interface RecurrenceRule {
  '@type'?: 'RecurrenceRule';
  frequency: Frequency | 'hourly' | 'minutely' | 'secondly';
  interval?: number;
  byDay?: { '@type'?: 'NDay'; day: Weekday; nthOfPeriod?: number }[];
  byMonthDay?: number[];
  byMonth?: string[];
  until?: string;
  count?: number;
  [part: string]: unknown;
}

/** RFC 8984, section 4.4.6. */
export interface Participant {
  '@type'?: 'Participant';
  name?: string;
  email?: string;
  sendTo?: Record<string, string>;
  roles: Record<string, boolean>;
  participationStatus?: 'needs-action' | 'accepted' | 'declined' | 'tentative' | 'delegated';
}

/** RFC 8984, section 4.5.2: only what the editor offers is spelled out. */
export interface Alert {
  '@type'?: 'Alert';
  trigger: { '@type'?: string; offset?: string; [part: string]: unknown };
  action?: 'display' | 'email';
}

/** RFC 8984, section 5.1. Whatever the app does not know rides along unchanged, because only changed properties are sent. */
export interface Event {
  '@type'?: 'Event';
  uid?: string;
  title?: string;
  description?: string;
  start: string;
  timeZone?: string | null;
  duration?: string;
  showWithoutTime?: boolean;
  recurrenceRules?: RecurrenceRule[] | null;
  recurrenceOverrides?: Record<string, Record<string, unknown>> | null;
  locations?: Record<string, { '@type'?: 'Location'; name?: string; [part: string]: unknown }> | null;
  participants?: Record<string, Participant> | null;
  status?: 'confirmed' | 'tentative' | 'cancelled';
  freeBusyStatus?: 'busy' | 'free';
  privacy?: Privacy;
  alerts?: Record<string, Alert> | null;
  color?: string | null;
  keywords?: Record<string, boolean> | null;
  'kalends.dev:calendar'?: string;
  'kalends.dev:linked'?: string | null;
  'kalends.dev:masked'?: boolean;
  /** Which occurrence of a series this single event is. */
  'kalends.dev:occurrence'?: string;
  /** Calendars in which a series is single events, since their providers cannot have it. */
  'kalends.dev:exploded'?: { calendar: string; reason: string; from: string; to: string }[];
}

/** Top-level properties to replace; null removes; RFC 8984 PatchObject paths are accepted as keys. */
export type EventPatch = Partial<Record<keyof Event, unknown>> & Record<string, unknown>;

export type Scope = 'this' | 'following';

export interface WhyEntry {
  at: string;
  position?: Position | null;
  text: string;
  rule: string;
  link?: string | null;
  cause?: unknown;
  calendar?: string | null;
  operation?: Operation | null;
  outcome?: string | null;
  ms?: number | null;
}

export interface Why {
  entries: WhyEntry[];
}

export type MaskKind = 'everything' | 'busy' | 'fields';

export interface Mask {
  kind: MaskKind;
  fields?: string[];
  title?: string | null;
  /** Private appointments like all others, and not as a block. */
  showPrivate?: boolean;
  /** Mirrors are private, whatever the original is. */
  private?: boolean;
}

export type Answer = 'accepted' | 'tentative' | 'needs-action' | 'declined';

/** One of `anyOf` must be there, if any are named, and none of `noneOf`. */
export interface FilterWords {
  anyOf?: string[];
  noneOf?: string[];
}

/** Which appointments a calendar takes from a link, and which of its own it lets out; all that is said must hold. */
export interface Filter {
  hours?: { from: string; to: string; days: Weekday[] };
  allDay?: 'include' | 'exclude' | 'only';
  categories?: FilterWords;
  answers?: Answer[];
  busyOnly?: boolean;
  text?: FilterWords;
  /** Days around today; without end where nothing is said. */
  horizon?: { back?: number; ahead?: number };
  skipIfInvited?: boolean;
}

export interface LinkMember {
  calendar: string;
  role: 'source' | 'target' | 'both';
  mask: Mask;
  filter?: Filter;
  /** It has left the link for a while. */
  away?: boolean;
}

/** Who wins when the same thing is changed in two calendars. */
export type OnConflict = 'newest' | 'source' | 'ask';

/** What is to be changed about a link; what is not named stays. */
export interface LinkChange {
  name?: string;
  state?: 'active' | 'paused';
  onConflict?: OnConflict;
  pilot?: boolean;
  allowNotify?: boolean;
  members?: LinkMember[];
}

export interface NewLink {
  name: string;
  /** Nothing is written to providers; what would be is shown. */
  pilot?: boolean;
  /** What comes along it is written also where the provider then notifies those who take part. */
  allowNotify?: boolean;
  members: LinkMember[];
}

export interface Link extends NewLink {
  id: string;
  state: 'active' | 'paused';
  onConflict: OnConflict;
  events: number;
  /** Copies that are not written to their providers yet, or that a pilot would write. */
  waiting: number;
}

export type Operation = 'create' | 'update' | 'delete' | 'merge';

export interface LinkPreview {
  creates: number;
  updates: number;
  deletes: number;
  merges: number;
  items: { calendar: string; operation: Operation; title: string; start: string; from?: string | null }[];
}

/** A write that is not made: the provider would notify people, or a backup was restored. */
export interface HeldWrite {
  event: string;
  calendar: string;
  title: string;
  start: string;
  operation: 'create' | 'update' | 'delete';
  /** Absent where a backup was restored. */
  notifies?: number;
  text: string;
}

/** One run of the sync: a calendar was read, with everything that flowed from it, or a link was made. */
export interface Run {
  id: string;
  kind: 'pull' | 'link';
  calendar?: string;
  link?: string;
  at: string;
  copies: number;
}

/** What undoing a run did, and what was left because somebody has changed it since. */
export interface Undone {
  copies: number;
  left: { event: string; calendar: string; title: string; reason: string }[];
}

export interface Activity {
  id: string;
  at: string;
  operation: Operation;
  calendar: string;
  event?: string | null;
  title: string;
  outcome: 'done' | 'failed' | 'open';
  ms?: number | null;
  rule: string;
  link?: string | null;
  cause: { position?: Position | null; calendar?: string | null; actor: string; text: string };
}

export interface ActivityPage {
  items: Activity[];
  next?: string | number | null;
}

/** What may be decided about a conflict: our value, the provider's, both in one or what stands, what was not kept. */
export type Keep = 'ours' | 'theirs' | 'merge' | 'loser';

export interface ConflictSide {
  calendar?: string | null;
  at?: string | null;
  who?: string | null;
}

export interface ConflictUnit {
  unit: string;
  /** Whether this is what the conflict is about; the others were merged. */
  clash: boolean;
  base: unknown;
  ours: unknown;
  theirs: unknown;
  now: unknown;
  stands: 'ours' | 'theirs' | 'both' | 'other' | 'asked';
}

export interface Conflict {
  id: string;
  event: string;
  calendar: string;
  link?: { id: string; name: string } | null;
  title: string;
  at: string;
  /** `open`: a link asks, and nobody has decided yet. */
  state: 'open' | 'resolved' | 'restored' | 'confirmed';
  rule: string;
  text: string;
  won?: 'ours' | 'theirs' | null;
  ours: ConflictSide;
  theirs: ConflictSide;
  units: ConflictUnit[];
  outcomes: Keep[];
  decidedBy?: string | null;
  decidedAt?: string | null;
  undoable: boolean;
}

export interface ConflictPage {
  items: Conflict[];
  next?: string | null;
}

/** One of two events that take up the same time. */
export interface OverlapSide {
  event: string;
  calendar: string;
  title: string;
  /** When it was made, or came here. */
  at: string;
}

export interface Overlap {
  id: string;
  start: string;
  end: string;
  until: string;
  times: number;
  rule: 'made' | 'seen';
  text: string;
  first: OverlapSide;
  second: OverlapSide;
}

export interface OverlapPage {
  items: Overlap[];
  next?: string | null;
}

export interface Change {
  position: Position;
  kind: string;
  id: string;
  calendar?: string | null;
  actor?: unknown;
  cause?: unknown;
  at: string;
  removed?: boolean;
}

export interface Changes {
  changes: Change[];
  position: Position;
}


/** What the demo page needs to read each provider's own API from the browser. */
export interface DemoState {
  panes: {
    google: { root: string; calendarId: string; token: string };
    microsoft: { root: string; calendarId: string; token: string };
    caldav: { url: string; authorization: string };
    hub: { calendar: string };
  };
  private: { caldav: { url: string; authorization: string; title: string } };
  /** Writes that reached each provider since the start, counted at the provider. */
  writes: Record<string, number>;
  /** Notification mails that the providers sent since the start. */
  mails: number;
  faults?: { lose_replies?: boolean };
}
