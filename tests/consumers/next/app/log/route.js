import { track } from '../../track.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return new Response(await track());
}
