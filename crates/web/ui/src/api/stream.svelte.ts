// The live wire: one EventSource for the whole app. The browser reconnects by itself and sends Last-Event-ID.
import type { Change, Position } from './types';

type Listener = (change: Change) => void;

class Stream {
  /** False while the hub cannot be reached; the shell says so. */
  connected = $state(false);
  /** The newest position seen, from the stream or from any answer. */
  position: Position = 0;
  #source: EventSource | undefined;
  #listeners = new Set<Listener>();
  #retry: ReturnType<typeof setTimeout> | undefined;

  open(): void {
    this.close();
    const source = new EventSource('/api/v1/stream');
    this.#source = source;
    source.onopen = () => (this.connected = true);
    source.onerror = () => {
      this.connected = false;
      // A refused connection closes the source for good; the browser retries only broken ones.
      if (source.readyState === EventSource.CLOSED) this.#retry = setTimeout(() => this.open(), 2000);
    };
    source.addEventListener('change', (message: MessageEvent<string>) => {
      const change = JSON.parse(message.data) as Change;
      this.seen(change.position);
      for (const listener of this.#listeners) listener(change);
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.connected = false;
  }

  seen(position: Position | undefined): void {
    if (position !== undefined && position > this.position) this.position = position;
  }

  /** Calls `listener` for each change; returns how to stop. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs `refresh` soon after a change of one of these kinds, once for a burst. */
  refresh(kinds: string[], refresh: () => void, wait_ms = 120): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = this.on((change) => {
      if (!kinds.includes(change.kind) || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        refresh();
      }, wait_ms);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }
}

export const stream = new Stream();
