import type { WalkDirection } from '../view-model/keyboard-walk.ts';

export type PanelKey =
  | { readonly command: 'walk'; readonly direction: WalkDirection }
  | { readonly command: 'zoom'; readonly factor: number }
  | { readonly command: 'enter' | 'back' | 'find' | 'fit' | 'list' | 'traces' | 'help' };

const walks: Readonly<Record<string, WalkDirection>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

const letters: Readonly<Record<string, PanelKey>> = {
  '/': { command: 'find' },
  f: { command: 'fit' },
  l: { command: 'list' },
  t: { command: 'traces' },
  '?': { command: 'help' },
  '+': { command: 'zoom', factor: 1.25 },
  '=': { command: 'zoom', factor: 1.25 },
  '-': { command: 'zoom', factor: 0.8 },
};

/** What a key means here. Letters are left to whoever is typing, arrows to everything but the picture. */
export function panelKey(event: KeyboardEvent, panel: HTMLElement): PanelKey | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return undefined;
  const { target } = event;
  // An open dialog or menu closes itself on Escape and keeps the other keys.
  if (panel.querySelector('dialog[open], [popover]:popover-open') !== null) return undefined;
  if (event.key === 'Escape') return { command: 'back' };
  const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  if (isTyping) return undefined;
  const letter = letters[event.key];
  if (letter !== undefined) return letter;
  const isPicture = target instanceof HTMLElement && target.id === 'graph';
  if (!isPicture) return undefined;
  if (event.key === 'Enter') return { command: 'enter' };
  const direction = walks[event.key];
  return direction === undefined ? undefined : { command: 'walk', direction };
}
