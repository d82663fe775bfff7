// The demo's state: what the four panes read, the move being measured, the counters, the faults.
import { api, ApiError } from '../api/client';
import { stream } from '../api/stream.svelte';
import type { DemoState, Position } from '../api/types';
import { store } from '../calendar/store.svelte';
import { addDays, civilMs } from '../calendar/time';
import { toasts } from '../shell/toasts.svelte';
import { caldavPane, readCollection } from './caldav';
import { differing, doubled, Echoes, missing, Settling } from './counters';
import { googlePane } from './google';
import { hubPane } from './hub';
import { microsoftPane } from './microsoft';
import { PaneError, paneIds, paneNames, sameness, type Pane, type PaneEvent, type PaneId } from './pane';

export interface Reading {
  events: PaneEvent[];
  error: string | null;
}

/** One move, and when each other pane showed it. */
export interface Measured {
  from: PaneId;
  title: string;
  key: string;
  before: PaneEvent;
  start: number;
  began: number;
  position: Position;
  ms: Partial<Record<PaneId, number>>;
  gaveUp: boolean;
}

const rest_ms = 2000;
const waiting_ms = 100;
const give_up_ms = 60_000;
/** How long an answer that never came may have been about something that was done. */
const doubt_ms = 5000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const empty = (): Reading => ({ events: [], error: null });

class Demo {
  state = $state.raw<DemoState>();
  problem = $state('');
  readings = $state.raw<Record<PaneId, Reading>>({ google: empty(), microsoft: empty(), caldav: empty(), hub: empty() });
  privateEvents = $state.raw<PaneEvent[]>([]);
  /** A move that its own pane does not show yet. */
  overlay = $state.raw<{ pane: PaneId; id: string; start: number }>();
  measured = $state.raw<Measured>();
  /** The hub's ids of the moved appointment's copies. */
  trail = $state.raw<string[]>([]);
  counters = $state({ lost: 0, doubled: 0, echoed: 0, mails: 0 });
  settling = $state(true);
  loaded = $state(false);
  #panes: Pane[] = [];
  #lost = new Settling(6000);
  #doubled = new Settling(3000);
  #echoes = new Echoes(10_000);
  #running = false;
  #reading = new Set<PaneId>();
  /** Panes that were read before writes are counted, so that what is counted can be seen. */
  #watched = new Set<PaneId>();

  /** Starts reading; returns how to stop. */
  run(): () => void {
    this.#running = true;
    void this.#rounds();
    let soon: ReturnType<typeof setTimeout> | undefined;
    const stop = stream.on(() => {
      clearTimeout(soon);
      soon = setTimeout(() => void this.readAll(), 40);
    });
    return () => {
      this.#running = false;
      clearTimeout(soon);
      stop();
    };
  }

  async #rounds(): Promise<void> {
    while (this.#running) {
      await this.#configure();
      await this.readAll();
      this.#count();
      await pause(rest_ms);
    }
  }

  /** Addresses and tokens; asked again each round, because tokens expire here on purpose. */
  async #configure(): Promise<void> {
    try {
      const state = await api.demoState();
      const same = JSON.stringify([this.state?.panes, this.state?.private]) === JSON.stringify([state.panes, state.private]);
      this.state = state;
      this.problem = '';
      if (same && this.#panes.length > 0) return;
      const zone = store.me?.timeZone ?? store.zone;
      const { google, microsoft, caldav, hub } = state.panes;
      this.#panes = [googlePane(google, zone), microsoftPane(microsoft, zone), caldavPane(caldav), hubPane(hub)];
    } catch (error) {
      // Only the hub can be asked; the providers' panes go on without it.
      if (!this.state) this.problem = error instanceof ApiError && error.status === 404 ? 'This Kalends was not started as a demo. Start it with “kalends demo”.' : String((error as Error).message);
    }
  }

  get #window(): [number, number] {
    return [civilMs(addDays(store.today, -28)), civilMs(addDays(store.today, 182))];
  }

  async readAll(): Promise<void> {
    await Promise.all([...this.#panes.map((pane) => this.#read(pane)), this.#readPrivate()]);
    this.loaded = this.#panes.length > 0;
  }

  async #read(pane: Pane): Promise<Reading> {
    if (this.#reading.has(pane.id)) return this.readings[pane.id];
    this.#reading.add(pane.id);
    let reading: Reading;
    try {
      reading = { events: await pane.read(...this.#window), error: null };
      this.#noteChanges(pane.id, this.readings[pane.id].events, reading.events);
    } catch (error) {
      reading = { events: this.readings[pane.id].events, error: error instanceof PaneError ? error.message : String(error) };
    } finally {
      this.#reading.delete(pane.id);
    }
    this.readings = { ...this.readings, [pane.id]: reading };
    return reading;
  }

  async #readPrivate(): Promise<void> {
    const config = this.state?.private?.caldav;
    if (!config) return;
    try {
      const events = await readCollection(config.url, config.authorization, ...this.#window);
      // The same server as the iPhone's, so its changes explain that server's writes.
      this.#noteChanges('caldav', this.privateEvents, events);
      this.privateEvents = events;
    } catch {
      // Its pane below says nothing new: the next round reads again.
    }
  }

  #noteChanges(id: PaneId, before: PaneEvent[], after: PaneEvent[]): void {
    if (this.#watched.has(id)) this.#echoes.changed(id, differing(before, after), performance.now());
  }

  /** Only panes that could be read are compared, and only what lies well inside the window. */
  #count(): void {
    const [from, to] = this.#window;
    const day_ms = 86_400_000;
    const readable = paneIds.filter((id) => this.readings[id].error === null);
    const compared = readable.map((id) => this.readings[id].events.filter((event) => event.start > from + day_ms && event.start < to - day_ms));
    const now = performance.now();
    this.counters.lost = this.#lost.update(missing(compared), now);
    this.counters.doubled = this.#doubled.update(doubled(compared), now);
    this.settling = this.#lost.waiting || this.#doubled.waiting;
    for (const [id, writes] of Object.entries(this.state?.writes ?? {}) as [PaneId, number][]) {
      if (readable.includes(id) && this.#watched.has(id)) this.#echoes.written(id, writes, now);
    }
    for (const id of readable) this.#watched.add(id);
    this.#echoes.settle(now);
    this.counters.echoed = this.#echoes.count;
    this.counters.mails = this.state?.mails ?? 0;
  }

  /** Moves an appointment through the pane's own API, and measures until the others show it there. */
  async move(id: PaneId, event: PaneEvent, start: number, send?: () => Promise<void>): Promise<void> {
    const pane = this.#panes.find((one) => one.id === id);
    if (!pane || start === event.start) return;
    const began = performance.now();
    // A move that is overtaken by the next one may have been written where nobody has seen it.
    const overtaken = this.measured;
    if (overtaken) for (const one of paneIds) if (overtaken.ms[one] === undefined) this.#echoes.changed(one, 1, began);
    this.overlay = { pane: id, id: event.id, start };
    const key = sameness({ ...event, start });
    const measured: Measured = { from: id, title: event.title, key, before: event, start, began, position: stream.position, ms: {}, gaveUp: false };
    this.measured = measured;
    this.trail = [];
    try {
      await (send ? send() : pane.move(event, start));
    } catch (error) {
      // No answer is no refusal: what was asked may have been done, and looking at it is the only way to know.
      const inDoubt = error instanceof PaneError && error.status === 0;
      if (!inDoubt || !(await this.#shows(pane, key))) return this.#refused(pane, error);
    }
    await Promise.all(this.#panes.map((one) => this.#await(one, measured)));
    if (this.overlay?.id === event.id && this.overlay.start === start) this.overlay = undefined;
  }

  async #shows(pane: Pane, key: string): Promise<boolean> {
    const until = performance.now() + doubt_ms;
    do {
      const { events } = await this.#read(pane);
      if (events.some((event) => sameness(event) === key)) return true;
      await pause(waiting_ms);
    } while (performance.now() < until);
    return false;
  }

  async #refused(pane: Pane, error: unknown): Promise<void> {
    const stale = error instanceof PaneError && error.status === 412;
    const why = stale ? 'it was changed somewhere else at the same moment' : error instanceof Error ? error.message : String(error);
    toasts.show(`Not moved in ${paneNames[pane.id]}: ${why}.`, { kind: 'bad' });
    this.overlay = undefined;
    this.measured = undefined;
    await this.#read(pane);
  }

  async #await(pane: Pane, measured: Measured): Promise<void> {
    while (this.#running && this.measured?.key === measured.key) {
      const reading = await this.#read(pane);
      const ms = performance.now() - measured.began;
      if (reading.events.some((event) => sameness(event) === measured.key)) {
        this.measured = { ...this.measured, ms: { ...this.measured.ms, [pane.id]: ms } };
        if (pane.id === 'hub') void this.#findTrail(measured);
        return;
      }
      if (ms > give_up_ms) {
        this.measured = { ...this.measured, gaveUp: true };
        return;
      }
      await pause(waiting_ms);
    }
  }

  /** The hub's copies behind the move: their trails tell why. */
  async #findTrail(measured: Measured): Promise<void> {
    const found = this.readings.hub.events.find((event) => sameness(event) === measured.key)?.ref.event;
    if (!found) return;
    const query = { start: new Date(measured.start).toISOString(), end: new Date(measured.start + 60_000).toISOString(), tz: 'UTC' };
    try {
      const { occurrences } = await api.occurrences(query);
      const linked = occurrences.find((one) => one.event === found)?.linked;
      const copies = occurrences.filter((one) => linked && one.linked === linked).map((one) => one.event);
      if (this.measured?.key === measured.key) this.trail = [...new Set([found, ...copies])];
    } catch {
      // The hub is off just now: the pane says so.
    }
  }

  /** Through the hub where the move was made there; else back the way it came, through the provider's own API. */
  async undo(): Promise<void> {
    const measured = this.measured;
    if (!measured) return;
    const moved = this.readings[measured.from].events.find((event) => sameness(event) === measured.key);
    if (!moved) return toasts.show('It is not where it was put, so there is nothing to undo.', { kind: 'bad' });
    const throughHub = measured.from === 'hub' ? () => this.#undoInHub(moved.ref.event ?? '', measured.position) : undefined;
    await this.move(measured.from, moved, measured.before.start, throughHub);
  }

  async #undoInHub(event: string, before: Position): Promise<void> {
    const { changes } = await api.changes(before);
    const change = changes.find((one) => one.kind === 'event' && one.id === event);
    if (!change) throw new Error('this change can no longer be undone');
    await api.undo(change.position);
  }

  async fault(what: 'lose' | 'expire' | 'unplug'): Promise<void> {
    try {
      if (what === 'lose') {
        const lose = !this.state?.faults?.lose_replies;
        await api.demoFaults({ lose_replies: lose });
        toasts.show(lose ? 'Every reply to a write is lost now. The work is done, and Kalends has to look.' : 'Replies arrive again.');
      } else if (what === 'expire') {
        await api.demoFaults({ expire_tokens: true });
        toasts.show('All access tokens and sync tokens have expired. Nothing may be deleted because of it.');
      } else {
        await api.demoUnplug();
        toasts.show('The plug is out. Move something in Google meanwhile.');
      }
    } catch (error) {
      // Who pulls the plug gets no answer: that is the point.
      if (what !== 'unplug') toasts.fail(error);
    }
    await this.#configure();
  }
}

export const demo = new Demo();
