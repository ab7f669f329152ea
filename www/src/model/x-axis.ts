// What the x axis of charts is.

export type XAxis = 'step' | 'relative' | 'wall';
