// Colours, type and spacing. Each can be set from outside by the custom property named in its definition.

import { css } from 'lit';

export const tokens = css`
  :host {
    color-scheme: light dark;
    --ground: var(--entrenar-ground, light-dark(#fcfcfa, #121315));
    --surface: var(--entrenar-surface, light-dark(#ffffff, #1a1c1f));
    --sunken: var(--entrenar-sunken, light-dark(#f3f3ef, #0e0f11));
    --line: var(--entrenar-line, light-dark(#e3e3dd, #2c2f34));
    --line-strong: var(--entrenar-line-strong, light-dark(#8d8d86, #6d727a));
    --ink: var(--entrenar-ink, light-dark(#1b1c1e, #ecedee));
    --ink-soft: var(--entrenar-ink-soft, light-dark(#5b5d62, #a6a9af));
    --accent: var(--entrenar-accent, light-dark(#2447c9, #93a9ff));
    --accent-ink: var(--entrenar-accent-ink, light-dark(#ffffff, #10131f));
    --accent-wash: var(--entrenar-accent-wash, light-dark(#eef1fd, #1e2440));
    --good: light-dark(#0f6e3d, #5ccf90);
    --bad: light-dark(#b3261e, #ff8d83);
    --warn: light-dark(#8a5300, #f0b552);
    --warn-wash: light-dark(#fdf4e3, #2c2314);
    --bad-wash: light-dark(#fdeeec, #331a18);
    --sans: var(--entrenar-font, 'Inter', ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif);
    --mono: var(--entrenar-font-mono, ui-monospace, 'SF Mono', 'JetBrains Mono', Menlo, Consolas, 'Liberation Mono', monospace);
    --radius: 8px;
  }
`;
