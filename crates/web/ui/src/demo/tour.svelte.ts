// Where the tour stands; once finished or closed it stays away until asked for.

const key = 'kalends.tour';

class Tour {
  open = $state(localStorage.getItem(key) !== 'done');
  step = $state(0);
  /** Moves after this moment count as the undo. */
  undoFrom = Infinity;

  start(): void {
    this.step = 0;
    this.undoFrom = Infinity;
    this.open = true;
  }
  close(): void {
    this.open = false;
    localStorage.setItem(key, 'done');
  }
}

export const tour = new Tour();
