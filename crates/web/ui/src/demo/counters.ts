// Lost, doubled, echoed: computed by comparing what the panes read from four APIs, never written down.
import { sameness, type PaneEvent } from './pane';

export type Readings = PaneEvent[][];

/** What one pane has and another, that could be read as well, has not. */
export function missing(readings: Readings): string[] {
  const sets = readings.map((events) => new Set(events.map(sameness)));
  const all = new Set(sets.flatMap((set) => [...set]));
  return [...all].filter((key) => sets.some((set) => !set.has(key)));
}

/** What stands twice in one pane. */
export function doubled(readings: Readings): string[] {
  const twice = new Set<string>();
  for (const events of readings) {
    const seen = new Set<string>();
    for (const key of events.map(sameness)) {
      if (seen.has(key)) twice.add(key);
      seen.add(key);
    }
  }
  return [...twice];
}

/** How many appointments differ between two readings of one pane: moved, edited, new, gone. */
export function differing(before: PaneEvent[], after: PaneEvent[]): number {
  const surplus = new Map<string, number>();
  const count = (event: PaneEvent, by: number) => {
    const text = `${sameness(event)} ${event.end} ${event.content}`;
    surplus.set(text, (surplus.get(text) ?? 0) + by);
  };
  for (const event of before) count(event, -1);
  for (const event of after) count(event, 1);
  const counts = [...surplus.values()];
  const sum = (some: number[]) => some.reduce((all, one) => all + one, 0);
  return Math.max(sum(counts.filter((one) => one > 0)), -sum(counts.filter((one) => one < 0)));
}

/**
 * Counts only what stays wrong: a change on its way is in one pane first and in the others a moment later. While anything that
 * was wrong comes right, the rest is on its way as well: many changes at once wait for each other.
 */
export class Settling {
  #since = new Map<string, number>();
  #righted_ms = -Infinity;

  constructor(readonly settle_ms: number) {}

  /** How many of `keys` have been seen without a break for the settling time, in which nothing came right. */
  update(keys: string[], now_ms: number): number {
    for (const key of [...this.#since.keys()]) {
      if (keys.includes(key)) continue;
      this.#since.delete(key);
      this.#righted_ms = now_ms;
    }
    for (const key of keys) if (!this.#since.has(key)) this.#since.set(key, now_ms);
    return keys.filter((key) => now_ms - Math.max(this.#since.get(key)!, this.#righted_ms) >= this.settle_ms).length;
  }

  /** Whether something is still on its way. */
  get waiting(): boolean {
    return this.#since.size > 0;
  }
}

interface Some {
  n: number;
  at_ms: number;
}

interface Account {
  /** Writes that the provider has counted so far. */
  total?: number;
  writes: Some[];
  changes: Some[];
}

/**
 * An echo is a write that changes nothing: a provider counted it, and in what its own API shows nothing has changed within
 * `near_ms` before or after. Each change explains one write, and only at the provider where it is seen; so a move that leads to
 * one write too many is found out however near that is to the move.
 */
export class Echoes {
  count = 0;
  #accounts = new Map<string, Account>();

  constructor(readonly near_ms: number) {}

  #account(of: string): Account {
    const account = this.#accounts.get(of) ?? { writes: [], changes: [] };
    this.#accounts.set(of, account);
    return account;
  }

  /** So many appointments of a provider have changed. */
  changed(of: string, n: number, now_ms: number): void {
    if (n > 0) this.#account(of).changes.push({ n, at_ms: now_ms });
  }

  /** So many writes has a provider counted since it began; the first number is where counting starts. */
  written(of: string, total: number, now_ms: number): void {
    const account = this.#account(of);
    // The counter starts again with the providers; a fall is no write.
    if (account.total !== undefined && total > account.total) account.writes.push({ n: total - account.total, at_ms: now_ms });
    account.total = total;
  }

  /** Sets writes against changes, oldest first; what finds no partner in time is an echo, or a change that needed no further write. */
  settle(now_ms: number): void {
    for (const account of this.#accounts.values()) {
      const { writes, changes } = account;
      const late = (some: Some | undefined) => some !== undefined && now_ms - some.at_ms > this.near_ms;
      while (writes[0] && changes[0]) {
        const [write, change] = [writes[0], changes[0]];
        if (Math.abs(write.at_ms - change.at_ms) > this.near_ms) {
          if (change.at_ms < write.at_ms) changes.shift();
          else this.count += writes.shift()!.n;
          continue;
        }
        const n = Math.min(write.n, change.n);
        if ((write.n -= n) === 0) writes.shift();
        if ((change.n -= n) === 0) changes.shift();
      }
      while (late(writes[0])) this.count += writes.shift()!.n;
      while (late(changes[0])) changes.shift();
    }
  }
}
