// Dark and light: the system's choice until the person makes one.
type Choice = 'system' | 'light' | 'dark';

const key = 'kalends.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

class Theme {
  choice = $state<Choice>((localStorage.getItem(key) as Choice | null) ?? 'system');
  #system = $state(dark.matches);

  constructor() {
    dark.addEventListener('change', () => {
      this.#system = dark.matches;
      this.apply();
    });
    this.apply();
  }

  get isDark(): boolean {
    return this.choice === 'system' ? this.#system : this.choice === 'dark';
  }

  toggle(): void {
    this.choice = this.isDark ? 'light' : 'dark';
    localStorage.setItem(key, this.choice);
    this.apply();
  }

  apply(): void {
    document.documentElement.dataset.theme = this.isDark ? 'dark' : 'light';
  }
}

export const theme = new Theme();
