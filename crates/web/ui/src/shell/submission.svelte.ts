/** What a form is at: one submission at a time, and what went wrong with the last one, for people. */
export class Submission {
  busy = $state(false);
  problem = $state('');

  /** A form's `onsubmit`: does it, and keeps what it throws. */
  by(act: () => Promise<void>) {
    return async (event: SubmitEvent) => {
      event.preventDefault();
      this.busy = true;
      this.problem = '';
      try {
        await act();
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
      } finally {
        this.busy = false;
      }
    };
  }
}
