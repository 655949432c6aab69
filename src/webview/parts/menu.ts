import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { codicon } from './health-words.ts';

/** A button with a menu under it. The browser's popover closes it on Escape and on a click elsewhere. */
export function menu(id: string, label: string, content: TemplateResult, icon?: string): TemplateResult {
  return html`<button class="tool" popovertarget=${id} aria-haspopup="true" id="${id}-button">
      ${icon === undefined ? '' : codicon(icon)} ${label} ${codicon('chevron-down')}
    </button>
    <div class="menu" popover id=${id} role="group" aria-label=${label} @beforetoggle=${placeUnderButton}>
      ${content}
    </div>`;
}

/** One entry of a menu; choosing it closes the menu. */
export function menuItem(label: string, onChoose: () => void, icon = 'blank'): TemplateResult {
  return html`<button
    class="menu-item"
    @click=${(event: Event) => {
      closeMenu(event);
      onChoose();
    }}
  >
    ${codicon(icon)} ${label}
  </button>`;
}

function closeMenu(event: Event): void {
  const { target } = event;
  const open = target instanceof Element ? target.closest<HTMLElement>('[popover]') : null;
  open?.hidePopover();
}

function placeUnderButton(event: Event): void {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return;
  const button = document.getElementById(`${target.id}-button`)?.getBoundingClientRect();
  if (button === undefined) return;
  target.style.top = `${button.bottom + 2}px`;
  target.style.left = `${Math.max(4, Math.min(button.left, window.innerWidth - 260))}px`;
}
