// The mock hub's memory: calendars, copies, links and a change log. Every copy has what the hub knows (`local`) and what
// its provider shows (`remote`), and the two meet after a short delay, as they do in life.
import type { Activity, Calendar, Change, Conflict, Connection, Event, HeldWrite, Link, Overlap, WhyEntry } from '../../src/api/types.ts';

export interface Copy {
  id: string;
  calendar: string;
  linked: string | null;
  version: number;
  local: Event | null;
  remote: Event | null;
  masked: boolean;
}

interface Step {
  events: Map<string, Event | null>;
}

const clone = <T>(value: T): T => structuredClone(value);

export class World {
  calendars: Calendar[] = [];
  connections: Connection[] = [];
  links: Link[] = [];
  conflicts: Conflict[] = [];
  overlaps: Overlap[] = [];
  copies = new Map<string, Copy>();
  changes: Change[] = [];
  activity: Activity[] = [];
  held: HeldWrite[] = [];
  why = new Map<string, WhyEntry[]>();
  writes: Record<string, number> = { google: 0, microsoft: 0, caldav: 0 };
  mails = 0;
  loseReplies = false;
  unpluggedUntil = 0;
  /** The clock on the wall; delays are measured by the real one. */
  readonly now: () => number;
  listeners = new Set<(change: Change) => void>();
  #steps = new Map<number, Step>();
  #next = 1;
  #position = 4100;

  constructor(start_ms = Date.now()) {
    const shift_ms = start_ms - Date.now();
    this.now = () => Date.now() + shift_ms;
  }

  /** RFC 3339, some milliseconds ago. */
  ago(ms = 0): string {
    return new Date(this.now() - ms).toISOString();
  }

  get position(): number {
    return this.#position;
  }

  id(kind: string): string {
    return `${kind}-${String(this.#next++).padStart(4, '0')}`;
  }

  add(calendar: string, event: Event, linked: string | null = null, masked = false): Copy {
    const copy: Copy = { id: this.id('event'), calendar, linked, version: 1, local: clone(event), remote: clone(event), masked };
    copy.local!.uid ??= `${linked ?? copy.id}@mock.example`;
    copy.remote!.uid = copy.local!.uid;
    this.copies.set(copy.id, copy);
    return copy;
  }

  log(kind: string, id: string, calendar?: string, removed = false): number {
    const change: Change = { position: ++this.#position, kind, id, calendar, actor: 'person', at: this.ago(), removed };
    this.changes.push(change);
    for (const listener of this.listeners) listener(change);
    return change.position;
  }

  /** A write to the calendar's provider. */
  count(calendar: string): void {
    const provider = this.provider(calendar);
    if (provider) this.writes[provider] = (this.writes[provider] ?? 0) + 1;
  }

  explain(copy: Copy, entry: Omit<WhyEntry, 'at'>): void {
    const list = this.why.get(copy.id) ?? [];
    list.unshift({ at: this.ago(), ...entry });
    this.why.set(copy.id, list);
  }

  siblings(copy: Copy): Copy[] {
    if (!copy.linked) return [copy];
    return [...this.copies.values()].filter((other) => other.linked === copy.linked);
  }

  name = (calendar: string): string => this.calendars.find((one) => one.id === calendar)?.name ?? calendar;
  provider = (calendar: string): string | null => this.calendars.find((one) => one.id === calendar)?.provider ?? null;

  /** What a copy looks like through a busy-only mask: the time, and nothing else. */
  static mask(event: Event): Event {
    const { start, duration, timeZone, showWithoutTime, recurrenceRules, recurrenceOverrides, uid } = event;
    return { title: 'Busy', start, duration, timeZone, showWithoutTime, recurrenceRules, recurrenceOverrides, uid };
  }

  /** Commits a change of one copy, and of the copies linked with it, as the hub would. `from` is where it came in. */
  commit(copy: Copy, event: Event | null, from: 'hub' | 'provider', actor = 'Ada Lindqvist'): void {
    const step: Step = { events: new Map(this.siblings(copy).map((one) => [one.id, clone(one.local)])) };
    const source = from === 'provider' ? `Changed in ${this.where(copy)}` : `Changed by ${actor} in Kalends`;
    let first: number | undefined;
    for (const one of [copy, ...this.siblings(copy).filter((other) => other !== copy)]) {
      // A masked copy follows its original and never the other way round.
      if (copy.masked && !one.masked) continue;
      one.local = event && clone(one.masked ? World.mask(event) : { ...event, uid: one.local?.uid });
      one.version++;
      const position = this.log('event', one.id, one.calendar, event === null);
      first ??= position;
      this.#steps.set(position, step);
      this.explain(one, one === copy
        ? { text: source, rule: from === 'provider' ? 'replication.admit' : 'rest.patch', calendar: one.calendar, position, outcome: 'done' }
        : { text: `Carried over from ${this.where(copy)}`, rule: 'links.project', link: 'link-practice', calendar: one.calendar, position });
      if (!(from === 'provider' && one === copy)) this.#push(one, copy, event, source, first);
    }
    if (from === 'provider') copy.remote = clone(copy.local);
  }

  where(copy: Copy): string {
    const names: Record<string, string> = { google: 'Google', microsoft: 'Microsoft 365', caldav: 'the iPhone' };
    return `${this.name(copy.calendar)} at ${names[this.provider(copy.calendar) ?? ''] ?? 'Kalends'}`;
  }

  /** The mirrored write: a moment later the provider has it too, and the trail says how long it took. */
  #push(one: Copy, cause: Copy, event: Event | null, text: string, position: number): void {
    const provider = this.provider(one.calendar);
    if (!provider) return;
    const began = Date.now();
    const wanted = clone(one.local);
    const operation = event === null ? 'delete' : one.remote === null ? 'create' : 'update';
    setTimeout(() => {
      one.remote = wanted;
      this.count(one.calendar);
      const ms = Date.now() - began;
      const link = one === cause ? null : 'link-practice';
      const rule = link ? 'replication.write after links.project' : 'replication.write';
      this.explain(one, { text: `Written to ${this.where(one)}`, rule, link, calendar: one.calendar, operation, outcome: 'done', ms });
      this.activity.unshift({
        id: this.id('activity'), at: this.ago(), operation, calendar: one.calendar, event: one.id, title: one.local?.title ?? event?.title ?? '',
        outcome: 'done', ms, rule, link, cause: { position, calendar: cause.calendar, actor: 'Ada Lindqvist', text },
      });
      this.log('write', one.id, one.calendar);
    }, Math.max(90 + Math.random() * 260, this.unpluggedUntil - Date.now()));
  }

  undo(position: number): boolean {
    const step = this.#steps.get(position);
    if (!step) return false;
    for (const [id, event] of step.events) {
      const copy = this.copies.get(id)!;
      copy.local = clone(event);
      copy.version++;
      const at = this.log('event', id, copy.calendar, event === null);
      this.explain(copy, { text: 'Undone by Ada Lindqvist', rule: 'rest.undo', calendar: copy.calendar, position: at });
      this.#push(copy, copy, event, 'Undone by Ada Lindqvist', at);
    }
    return true;
  }
}
