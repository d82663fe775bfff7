// "This, this and following, or all?": asked for every change of a series, answered by a dialog.
import type { Reach } from './actions';

interface Question {
  verb: string;
  reaches: Reach[];
  answer: (reach: Reach | null) => void;
}

class Asking {
  question = $state.raw<Question>();
}

export const asking = new Asking();

/** Null means: leave it as it was. */
export function askReach(verb: string, reaches: Reach[] = ['this', 'following', 'all']): Promise<Reach | null> {
  return new Promise((resolve) => {
    asking.question = {
      verb,
      reaches,
      answer: (reach) => {
        asking.question = undefined;
        resolve(reach);
      },
    };
  });
}
