// A chart by keyboard: the cursor moves from point to point, and says what is there.

import type { ChartSync } from '../chart/chart-sync';
import type { PlottedCurve } from '../chart/paint';
import type { Plot } from '../chart/plot';

interface KeyboardTarget {
  plot(): Plot | undefined;
  sync(): ChartSync;
  curves(): readonly PlottedCurve[];
  announce(text: string): void;
  describe(): string;
}

export function chartKeyboard(target: KeyboardTarget): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (act(event.key, event.shiftKey, target)) event.preventDefault();
  };
}

function act(key: string, big: boolean, target: KeyboardTarget): boolean {
  const plot = target.plot();
  const sync = target.sync();
  if (!plot) return false;
  switch (key) {
    case 'ArrowLeft':
      return moveCursor(target, plot, big ? -10 : -1);
    case 'ArrowRight':
      return moveCursor(target, plot, big ? 10 : 1);
    case 'Home':
      return moveCursor(target, plot, -Infinity);
    case 'End':
      return moveCursor(target, plot, Infinity);
    case '+':
    case '=':
      plot.zoomBy(0.5);
      return true;
    case '-':
      plot.zoomBy(2);
      return true;
    case '0':
      sync.zoom(undefined);
      return true;
    case 'Escape':
      sync.moveCursor(undefined, {});
      target.announce('');
      // It may mean more to what is around the chart.
      return false;
    default:
      return false;
  }
}

/** One press moves to the next point of the first curve, or by a three-hundredth of what is shown if that is more. */
function moveCursor(target: KeyboardTarget, plot: Plot, by: number): boolean {
  const curve = target.curves()[0]?.curve;
  if (!curve || curve.length === 0) return true;
  const sync = target.sync();
  const [from, to] = plot.visible();
  const first = curve.indexAt(from);
  const last = Math.max(first, curve.indexAt(to, true) - 1);
  const stride = Math.max(1, Math.round((last - first) / 300));
  const here = sync.cursor === undefined ? (by > 0 ? first - stride : last + stride) : (curve.nearest(sync.cursor)?.index ?? first);
  const next = Math.max(first, Math.min(last, here + by * stride));
  sync.moveCursor(curve.x(next), {});
  target.announce(target.describe());
  return true;
}
