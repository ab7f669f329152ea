'use client';

import { useEffect, useState } from 'react';
import { track } from '../track.js';

let tracked;

export default function Page() {
  const [said, setSaid] = useState('');
  useEffect(() => {
    tracked ??= track();
    tracked.then(setSaid);
  }, []);
  return said;
}
