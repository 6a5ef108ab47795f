type Theme = 'dark' | 'light';

const stored = (): Theme | undefined => {
  const value = localStorage.getItem('theme');
  return value === 'dark' || value === 'light' ? value : undefined;
};
const preferred = (): Theme => (window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
const listeners = new Set<() => void>();

/** The theme in use. */
export const theme = (): Theme => stored() ?? preferred();

/** Applies the theme that was chosen here, or else the desktop's. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme();
  for (const listen of listeners) listen();
}

/** Changes from dark to light or back, and stores the choice. */
export function switchTheme(): void {
  localStorage.setItem('theme', theme() === 'dark' ? 'light' : 'dark');
  applyTheme();
}

/** Calls after each change of the theme, for drawings with their own colours. */
export const onTheme = (listen: () => void): void => void listeners.add(listen);

/** A colour of the theme by its name in the style sheets. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

window.matchMedia('(prefers-color-scheme: light)').addEventListener('change', applyTheme);
