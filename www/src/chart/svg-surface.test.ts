import { expect, test } from 'vitest';
import { escapeXml } from './export-svg';
import { wrapped } from './picture';
import { SvgSurface } from './svg-surface';

test('what is drawn is written in its order, with its look, inside what it was clipped to', () => {
  const surface = new SvgSurface();
  surface.save();
  surface.beginPath();
  surface.rect(1, 2, 30, 40);
  surface.clip();
  surface.strokeStyle = surface.fillStyle = '#123456';
  surface.lineWidth = 1.6;
  surface.setLineDash([6, 3]);
  surface.beginPath();
  surface.moveTo(1.23456, 2);
  surface.lineTo(3, 4);
  surface.globalAlpha = 0.5;
  surface.stroke();
  surface.globalAlpha = 1;
  surface.lineWidth = 1;
  surface.setLineDash([]);
  surface.beginPath();
  surface.moveTo(5.5, 6);
  surface.lineTo(5.5, 16);
  surface.moveTo(6.5, 6);
  surface.lineTo(6.5, 18);
  surface.stroke();
  surface.globalAlpha = 0.5;
  surface.beginPath();
  surface.arc(10, 10, 2);
  surface.fill();
  surface.restore();
  expect(surface.svg.split('\n')).toEqual([
    '<clipPath id="clip0"><rect x="1" y="2" width="30" height="40"/></clipPath>',
    '<g clip-path="url(#clip0)">',
    '<path fill="none" stroke="#123456" stroke-width="1.6" stroke-linejoin="miter" stroke-dasharray="6 3" opacity="0.5" d="M1.23 2L3 4"/>',
    '<path fill="none" stroke="#123456" stroke-width="1" stroke-linejoin="miter" shape-rendering="crispEdges" d="M5.5 6V16M6.5 6V18"/>',
    '<path fill="#123456" opacity="0.5" d="M8 10a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z"/>',
    '</g>',
  ]);
});

test('names of any content are text in XML', () => {
  expect(escapeXml(`<script>&"'`)).toBe('&lt;script&gt;&amp;&quot;&#39;');
  // What XML has no place for, escaped or not.
  expect(escapeXml('a\u0000b\u001bc\ud800d\uffffe\nf')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde f');
  expect(escapeXml('😀 ü')).toBe('😀 ü');
});

test('a long title is whole, in lines that fit, broken between words where it can be', () => {
  const measure = (text: string) => text.length;
  expect(wrapped('one two three four', 10, measure)).toEqual(['one two', 'three four']);
  expect(wrapped('x'.repeat(25), 10, measure)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'xxxxx']);
  expect(wrapped('', 10, measure)).toEqual(['']);
});
