// Panels that open over the page, placed by hand under the button they belong to.

import { css } from 'lit';

export const popoverStyles = css`
  [popover] {
    position: fixed;
    inset: auto;
    width: min(320px, calc(100vw - 24px));
    max-height: min(420px, 70vh);
    margin: 0;
    overflow: auto;
    padding: 16px;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    box-shadow: 0 10px 36px rgb(0 0 0 / 0.16);
    color: var(--ink);
    font-size: 13px;
  }
`;

/** For `beforetoggle`: true when it opens. While it is open it stays with its button. `width` is the panel's, about. */
export function placePopover(event: ToggleEvent, anchor: Element, width = 320): boolean {
  if (event.newState !== 'open') return false;
  const panel = event.target as HTMLElement;
  const place = () => {
    const box = anchor.getBoundingClientRect();
    const { clientWidth } = document.documentElement;
    const wide = Math.min(width, clientWidth - 24);
    panel.style.top = `${Math.max(12, Math.min(box.bottom + 6, innerHeight - 12 - (panel.offsetHeight || 188)))}px`;
    panel.style.left = `${Math.max(12, Math.min(box.right - wide, clientWidth - wide - 12))}px`;
  };
  place();
  // Once its height is known, and before it is seen.
  requestAnimationFrame(place);
  addEventListener('scroll', place, { passive: true });
  // What is loaded when it is opened makes it higher.
  const grown = new ResizeObserver(place);
  grown.observe(panel);
  const closed = ({ newState }: ToggleEvent) => {
    if (newState === 'open') return;
    removeEventListener('scroll', place);
    grown.disconnect();
    panel.removeEventListener('beforetoggle', closed);
  };
  panel.addEventListener('beforetoggle', closed);
  return true;
}

/** For `toggle` of a panel that `host` is there for: once it is closed the focus goes back to its button, and `host` may be taken off the page. */
export function popoverToggled(event: ToggleEvent, host: HTMLElement, anchor: HTMLElement): void {
  if (event.newState !== 'closed') return;
  // Unless a click elsewhere has taken the focus by now.
  const { activeElement } = host.getRootNode() as ShadowRoot;
  if (!activeElement || activeElement === host) anchor.focus();
  host.dispatchEvent(new CustomEvent('closed'));
}
