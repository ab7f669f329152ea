// Where curves are drawn, and how their values map onto it.

/** The chart's area in canvas pixels, and the axes that map onto it. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  x: { min: number; max: number; log: boolean };
  y: { min: number; max: number; log: boolean };
  pixelRatio: number;
}

function mapper(min: number, max: number, log: boolean, start: number, extent: number): (value: number) => number {
  if (!log) {
    const scale = extent / (max - min);
    return (value) => start + (value - min) * scale;
  }
  const origin = Math.log(min);
  const scale = extent / (Math.log(max) - origin);
  return (value) => start + (Math.log(value) - origin) * scale;
}

export function mapX(frame: Frame): (value: number) => number {
  return mapper(frame.x.min, frame.x.max, frame.x.log, frame.left, frame.width);
}

export function mapY(frame: Frame): (value: number) => number {
  return mapper(frame.y.min, frame.y.max, frame.y.log, frame.top + frame.height, -frame.height);
}

/** Far-off values are drawn just outside: canvases lose precision with huge coordinates. */
export function nearby(frame: Frame, y: number): number {
  return Math.max(frame.top - frame.height * 20, Math.min(frame.top + frame.height * 20, y));
}
