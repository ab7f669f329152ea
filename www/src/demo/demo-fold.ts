// Folds the demo away once there is data of one's own, as its reader last had it. What was decided is remembered, so that `fold-demo.js`
// can do the same before anything is painted.

import type { FoundData } from './training-demo';

const KEY = 'entrenar-page:demo';
/** By its reader, or by itself. */
type Folded = 'open' | 'folded' | 'folded-by-itself';

export function foldDemo(button: HTMLButtonElement): void {
  const { dataset } = document.documentElement;
  const show = (folded: Folded) => {
    dataset.demo = folded;
    button.setAttribute('aria-expanded', String(folded === 'open'));
  };
  show(recalled() ?? 'open');
  button.addEventListener('click', () => {
    const folded = dataset.demo === 'open' ? 'folded' : 'open';
    show(folded);
    remember(folded);
  });
  document.addEventListener('data-found', (event) => {
    const { own, interrupted } = (event as CustomEvent<FoundData>).detail;
    const before = recalled();
    if (before === 'open' || before === 'folded') return;
    const folded = own && !interrupted ? 'folded-by-itself' : undefined;
    show(folded ?? 'open');
    remember(folded);
  });
}

function recalled(): Folded | undefined {
  try {
    const found = localStorage.getItem(KEY);
    return found === 'open' || found === 'folded' || found === 'folded-by-itself' ? found : undefined;
  } catch {
    return undefined;
  }
}

function remember(folded: Folded | undefined): void {
  try {
    if (folded) localStorage.setItem(KEY, folded);
    else localStorage.removeItem(KEY);
  } catch {
    return;
  }
}
