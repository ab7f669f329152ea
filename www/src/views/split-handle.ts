// The line between the runs table and the charts: dragged by pointer, moved by keys, put back by a double click.

import { css, html, LitElement } from 'lit';
import { emitIntent } from '../controller/intents';
import { clampSplit, GAP_PX, movedSplit, shownSplit, splitLimits } from '../model/split';
import { controls } from '../styles/controls';

export class SplitHandle extends LitElement {
  static override properties = { split: { attribute: false }, width: { state: true } };
  static override styles = [
    controls,
    css`
      [role='separator'] {
        height: 100%;
        cursor: col-resize;
        touch-action: none;
      }
      .grip {
        position: sticky;
        top: 45vh;
        width: 0;
        height: 36px;
        margin: auto;
        border-left: 3px solid var(--line);
      }
      [role='separator']:hover .grip,
      [role='separator']:focus-visible .grip {
        border-color: var(--accent);
      }
    `,
  ];

  declare split: number | undefined;
  /** What table and charts share, in CSS pixels. */
  declare width: number;

  readonly #size = new ResizeObserver(() => {
    this.width = this.parentElement?.clientWidth || this.width;
  });

  constructor() {
    super();
    this.width = 1200;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.parentElement) this.#size.observe(this.parentElement);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  override render() {
    const { least, most } = splitLimits(this.width);
    const now = Math.round(shownSplit(this.split, this.width));
    return html`<div
      role="separator"
      tabindex="0"
      aria-orientation="vertical"
      aria-label="Width of the runs table"
      aria-valuemin=${least}
      aria-valuemax=${most}
      aria-valuenow=${now}
      aria-valuetext=${`${now} per cent`}
      title="Drag to resize, double click to put back"
      data-testid="split"
      @keydown=${this.#keyPressed}
      @pointerdown=${this.#grabbed}
      @pointermove=${this.#dragged}
      @dblclick=${() => this.#set(undefined)}
    >
      <div class="grip"></div>
    </div>`;
  }

  readonly #keyPressed = (event: KeyboardEvent): void => {
    const moved = movedSplit(event.key, shownSplit(this.split, this.width), this.width, this.#rightToLeft());
    if (moved === undefined) return;
    event.preventDefault();
    this.#set(moved);
  };

  readonly #grabbed = (event: PointerEvent): void => {
    const handle = event.currentTarget as HTMLElement;
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    event.preventDefault();
  };

  readonly #dragged = (event: PointerEvent): void => {
    const box = this.parentElement?.getBoundingClientRect();
    if (!box || !(event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId)) return;
    const table = (this.#rightToLeft() ? box.right - event.clientX : event.clientX - box.left) - GAP_PX / 2;
    this.#set(clampSplit((table / box.width) * 100, box.width));
  };

  #rightToLeft(): boolean {
    return getComputedStyle(this).direction === 'rtl';
  }

  #set(split: number | undefined): void {
    emitIntent(this, { type: 'layout', change: { split } });
  }
}

customElements.define('entrenar-split-handle', SplitHandle);
