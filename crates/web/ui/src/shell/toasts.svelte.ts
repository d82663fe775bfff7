// Short messages at the foot of the page, some with an action ("Undo").
export interface Toast {
  id: number;
  text: string;
  kind: 'info' | 'bad';
  action?: { label: string; run: () => void };
}

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  show(text: string, options: { kind?: Toast['kind']; action?: Toast['action'] } = {}): void {
    const toast: Toast = { id: this.#next++, text, kind: options.kind ?? 'info', action: options.action };
    this.list = [...this.list.slice(-2), toast];
    setTimeout(() => this.dismiss(toast.id), toast.action || toast.kind === 'bad' ? 9000 : 4000);
  }

  /** Says what went wrong in the server's words. */
  fail(error: unknown, what?: string): void {
    const why = error instanceof Error ? error.message : String(error);
    this.show(what ? `${what} ${why}` : why, { kind: 'bad' });
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
