import { track } from './track.js';

track().then((said) => document.body.append(said));
