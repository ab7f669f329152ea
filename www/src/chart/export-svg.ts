// A chart as an SVG: the same picture as the PNG, in paths and text that can be enlarged, edited and searched.

import { paintCurves } from './paint';
import { type Drawing, layOut, measureWith, type Names, TEXT_PX, TITLE_PX } from './picture';
import { SvgSurface } from './svg-surface';

const TICK_PX = 11;
const TICK_GAP_PX = 4;

const short = (value: number) => String(Math.round(value * 100) / 100);

/** As text in XML: what it has no place for becomes a replacement character, and lines stay one. */
export function escapeXml(text: string): string {
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text
    .replace(/[\t\n\r]/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => escapes[character]!);
}

export function svgOf(drawing: Drawing, names: Names, style: CSSStyleDeclaration): string {
  const ctx = document.createElement('canvas').getContext('2d')!;
  const picture = layOut(drawing, names, measureWith(ctx, style.fontFamily));
  const { width, height, left, top } = picture;
  const [ink, ground, family] = [style.color, style.backgroundColor, style.fontFamily].map(escapeXml);
  const texts = picture.texts.map(({ text, x, y, title, anchor, upright }) => {
    const look = [
      `font-size="${title ? TITLE_PX : TEXT_PX}"`,
      title ? ' font-weight="600"' : '',
      upright ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : '',
    ];
    return `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}" ${look.join('')}>${escapeXml(text)}</text>`;
  });
  const legend = picture.legend.map(({ x, y, width: length, curve: { stroke } }) => {
    const dash = stroke.dash.length > 0 ? ` stroke-dasharray="${stroke.dash.join(' ')}"` : '';
    return `<path d="M${short(x)} ${short(y)}h${length}" stroke="${escapeXml(stroke.color)}" stroke-width="3"${dash}/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${family}" fill="${ink}">`,
    `<title>${escapeXml(names.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    `<g dominant-baseline="central">`,
    ...texts,
    `</g>`,
    ...legend,
    `<g transform="translate(${short(left)} ${short(top)})">`,
    ...axes(drawing),
    `<g transform="scale(${1 / drawing.frame.pixelRatio})">`,
    curves(drawing),
    `</g>`,
    `</g>`,
    `</svg>`,
    '',
  ].join('\n');
}

/** The grid, and the texts of the ticks where the screen has them. */
function axes({ frame, ticks, grid, tickInk }: Drawing): string[] {
  const [left, top, width, height] = [frame.left, frame.top, frame.width, frame.height].map((length) => length / frame.pixelRatio) as [
    number,
    number,
    number,
    number,
  ];
  const lines = ticks.y.map(
    ({ at }) => `<path d="M${short(left)} ${short(top + (1 - at) * height)}h${short(width)}" stroke="${escapeXml(grid)}"/>`,
  );
  const y = ticks.y.map(
    ({ at, label }) =>
      `<text x="${short(left - TICK_GAP_PX)}" y="${short(top + (1 - at) * height)}" text-anchor="end" dominant-baseline="central">${escapeXml(label)}</text>`,
  );
  const below = short(top + height + TICK_GAP_PX + TICK_PX);
  const x = ticks.x.map(
    ({ at, label }) => `<text x="${short(left + at * width)}" y="${below}" text-anchor="middle">${escapeXml(label)}</text>`,
  );
  return [...lines, `<g font-size="${TICK_PX}" fill="${escapeXml(tickInk)}">`, ...y, ...x, '</g>'];
}

function curves({ frame, plotted, look }: Drawing): string {
  const surface = new SvgSurface();
  paintCurves(surface, frame, plotted, look);
  return surface.svg;
}
