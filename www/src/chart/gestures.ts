// Mouse, wheel and touch on a chart, turned into x ranges: drag selects (uPlot does that part), Shift-drag or a
// sideways wheel pans, Ctrl-wheel and pinch zoom, a double click shows everything.

import type { Range } from './chart-sync';

export interface GestureTarget {
  /** The visible range and the one that shows everything. */
  visible(): Range;
  log(): boolean;
  zoom(range: Range | undefined): void;
  point(clientX: number | undefined): void;
}

/** The range scaled by `factor` about the fraction `at` of its width, and shifted by the fraction `by`. */
export function transformed([from, to]: Range, log: boolean, factor: number, at: number, by: number): Range {
  const a = log ? Math.log(from) : from;
  const b = log ? Math.log(to) : to;
  const width = b - a;
  const start = a + width * at - width * at * factor + width * by;
  const end = start + width * factor;
  return log ? [Math.exp(start), Math.exp(end)] : [start, end];
}

export function attachGestures(surface: HTMLElement, target: GestureTarget): void {
  const touches = new Map<number, number>();
  let panningFrom: { x: number; range: Range } | undefined;

  const fraction = (clientX: number): number => {
    const box = surface.getBoundingClientRect();
    return (clientX - box.left) / box.width;
  };

  surface.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const factor = Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.006);
        target.zoom(transformed(target.visible(), target.log(), factor, fraction(event.clientX), 0));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        event.preventDefault();
        const by = (event.deltaX || event.deltaY) / surface.clientWidth;
        target.zoom(transformed(target.visible(), target.log(), 1, 0, by));
      }
    },
    { passive: false },
  );

  // Before uPlot sees it: a drag with Shift, or with the middle button, moves instead of selecting.
  surface.addEventListener(
    'mousedown',
    (event) => {
      if (!event.shiftKey && event.button !== 1) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      panningFrom = { x: fraction(event.clientX), range: target.visible() };
      const move = (moved: MouseEvent) => {
        if (panningFrom) target.zoom(transformed(panningFrom.range, target.log(), 1, 0, panningFrom.x - fraction(moved.clientX)));
      };
      const up = () => {
        panningFrom = undefined;
        removeEventListener('mousemove', move);
        removeEventListener('mouseup', up);
      };
      addEventListener('mousemove', move);
      addEventListener('mouseup', up);
    },
    { capture: true },
  );

  surface.addEventListener('dblclick', () => target.zoom(undefined));

  surface.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch') return;
    touches.set(event.pointerId, event.clientX);
    if (touches.size === 1) target.point(event.clientX);
  });
  surface.addEventListener('pointermove', (event) => {
    if (!touches.has(event.pointerId)) return;
    if (touches.size === 2) {
      const before = [...touches.values()] as [number, number];
      touches.set(event.pointerId, event.clientX);
      const after = [...touches.values()] as [number, number];
      const spread = Math.abs(after[0] - after[1]);
      if (spread > 10) {
        const middle = fraction((before[0] + before[1]) / 2);
        const shift = middle - fraction((after[0] + after[1]) / 2);
        const factor = Math.abs(before[0] - before[1]) / spread;
        target.zoom(transformed(target.visible(), target.log(), factor, middle, shift));
      }
      return;
    }
    touches.set(event.pointerId, event.clientX);
    target.point(event.clientX);
  });
  const lift = (event: PointerEvent) => touches.delete(event.pointerId);
  surface.addEventListener('pointerup', lift);
  surface.addEventListener('pointercancel', lift);
}
