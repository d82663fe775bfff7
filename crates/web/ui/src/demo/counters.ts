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

/** Content of all panes in one text: equal texts mean that nothing has changed anywhere. */
export function contentOf(readings: Readings): string {
  return readings.map((events) => events.map((event) => `${sameness(event)} ${event.end} ${event.rest}`).sort().join('\n')).join('\f');
}

/** Counts only what stays wrong: a change on its way is in one pane first and in the others a moment later. */
export class Settling {
  #since = new Map<string, number>();

  constructor(readonly settle_ms: number) {}

  /** How many of `keys` have been seen without a break for the settling time. */
  update(keys: string[], now_ms: number): number {
    for (const key of [...this.#since.keys()]) if (!keys.includes(key)) this.#since.delete(key);
    for (const key of keys) if (!this.#since.has(key)) this.#since.set(key, now_ms);
    return keys.filter((key) => now_ms - this.#since.get(key)! >= this.settle_ms).length;
  }

  /** Whether something is still on its way. */
  get waiting(): boolean {
    return this.#since.size > 0;
  }
}

/**
 * An echo is a write to a provider that no change explains: the write count grew, and no pane's content changed and
 * nobody moved anything within `near_ms` before or after.
 */
export class Echoes {
  count = 0;
  #writes: number | undefined;
  #content = '';
  #changed_ms = -Infinity;
  #suspects: { at_ms: number; writes: number }[] = [];

  constructor(readonly near_ms: number) {}

  /** Somebody moved something: what follows is no echo. */
  acted(now_ms: number): void {
    this.#changed_ms = now_ms;
  }

  observe(writes: number, content: string, now_ms: number): void {
    if (content !== this.#content) {
      if (this.#content) this.#changed_ms = now_ms;
      this.#content = content;
    }
    // The counter starts again with the providers; a fall is no write.
    if (this.#writes !== undefined && writes > this.#writes) this.#suspects.push({ at_ms: now_ms, writes: writes - this.#writes });
    this.#writes = writes;
    this.#suspects = this.#suspects.filter((suspect) => {
      if (Math.abs(suspect.at_ms - this.#changed_ms) <= this.near_ms) return false;
      if (now_ms - suspect.at_ms < this.near_ms) return true;
      this.count += suspect.writes;
      return false;
    });
  }
}
